using System.Diagnostics;

namespace Inkstone.Tensors.Tests;

/// <summary>Blocks written in a process that may not use some instructions: the bytes are those written here.</summary>
public sealed class PlainProcessorTests
{
    [Theory]
    [InlineData("DOTNET_EnableAVX512F")]
    [InlineData("DOTNET_EnableFMA")]
    [InlineData("DOTNET_EnableAVX2")]
    [InlineData("DOTNET_EnableAVX")]
    [InlineData("DOTNET_EnableHWIntrinsic")]
    public async Task BytesAreTheSame(string switchedOff)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])["exec", typeof(PlainProcessorTests).Assembly.Location, "quantize"])
            start.ArgumentList.Add(argument);
        start.Environment[switchedOff] = "0";
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var lines = (await process.StandardOutput.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, await errors);
        if (switchedOff is "DOTNET_EnableAVX2" or "DOTNET_EnableAVX" or "DOTNET_EnableHWIntrinsic")
            Assert.Equal("False", lines[0]);
        Assert.Equal(Program.Digests(), lines[1..]);
    }
}
