using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Files;

namespace Inkstone.Foundation.Tests.Files;

public class MappedFileTests
{
    [Fact]
    public unsafe void ReadsAtAnyOffset()
    {
        using var folder = new TemporaryFolder();
        var bytes = Enumerable.Range(0, 20_000).Select(i => (byte)(i * 7)).ToArray();
        File.WriteAllBytes(folder["f"], bytes);
        using var mapped = MappedFile.Open(folder["f"]);
        Assert.Equal(20_000, mapped.Length);
        mapped.ThrowIfChanged();
        using var window = mapped.Window(4099, 10_000);
        Assert.Equal(bytes.AsSpan(4099, 10_000), window.Span(0, 10_000));
        Assert.Equal(bytes[4099 + 77], window.Pointer[77]);
        Assert.Equal(bytes.AsSpan(5000, 3), window.Span(901, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => { window.Span(9_999, 2); });
        Assert.Throws<ArgumentOutOfRangeException>(() => mapped.Window(19_999, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => mapped.Window(-1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => mapped.Window(20_001, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => mapped.Window(1, long.MaxValue));
    }

    [Fact]
    public void AWindowOutlivesItsFileAndEndsWithItsOwnDisposal()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["f"], [1, 2, 3]);
        var mapped = MappedFile.Open(folder["f"]);
        var window = mapped.Window(1, 2);
        mapped.Dispose();
        mapped.Dispose();
        Assert.Throws<InkstoneLifetimeException>(() => mapped.Window(0, 1));
        Assert.Equal([2, 3], window.Span(0, 2).ToArray());
        window.Dispose();
        window.Dispose();
        Assert.Throws<InkstoneLifetimeException>(() => { window.Span(0, 1); });
        File.WriteAllBytes(folder["f"], []); // on Windows this works only when nothing holds the file
    }

    [Fact]
    public void AnEmptyFileHasEmptyWindows()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["f"], []);
        using var mapped = MappedFile.Open(folder["f"]);
        using var window = mapped.Window(0, 0);
        Assert.Equal(0, window.Span(0, 0).Length);
    }

    [UnixFact]
    public void AChangedFileIsNoticed()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["f"], [1, 2, 3]);
        using var mapped = MappedFile.Open(folder["f"]);
        File.SetLastWriteTimeUtc(folder["f"], mapped.LastWriteTimeUtc.AddSeconds(1));
        Assert.Throws<InkstoneResourceException>(mapped.ThrowIfChanged);
        File.Delete(folder["f"]);
        Assert.Contains("no file", Assert.Throws<InkstoneResourceException>(mapped.ThrowIfChanged).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AMissingFileIsNotFound() => Assert.Throws<InkstoneNotFoundException>(() => MappedFile.Open("there-is-no-such-file"));
}
