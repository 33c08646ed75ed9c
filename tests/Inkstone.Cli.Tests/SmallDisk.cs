using System.Diagnostics;

namespace Inkstone.Cli.Tests;

/// <summary>A disk in memory with room for little.</summary>
internal sealed class SmallDisk : IDisposable
{
    private static readonly Lazy<bool> Possible = new(() =>
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
            return false;
        var folder = Directory.CreateTempSubdirectory("inkstone-mount-").FullName;
        var works = Do("mount", "-t", "tmpfs", "tmpfs", folder) == 0 && Do("umount", folder) == 0;
        Directory.Delete(folder);
        return works;
    });

    public SmallDisk(int kilobytes) => Assert.Equal(0, Do("mount", "-t", "tmpfs", "-o", $"size={kilobytes}k", "tmpfs", Root));

    public static bool IsPossible => Possible.Value;

    public string Root { get; } = Directory.CreateTempSubdirectory("inkstone-disk-").FullName;

    public void Remount(string options) => Assert.Equal(0, Do("mount", "-o", "remount," + options, Root));

    public void Dispose()
    {
        Do("umount", Root);
        Directory.Delete(Root);
    }

    private static int Do(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode;
    }
}
