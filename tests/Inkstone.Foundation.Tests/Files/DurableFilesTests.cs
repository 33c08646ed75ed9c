using System.Text;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Files;

namespace Inkstone.Foundation.Tests.Files;

public class DurableFilesTests
{
    private static readonly DurableFiles Disk = DurableFiles.Instance;

    [Fact]
    public void WritesRenamesListsAndDeletes()
    {
        using var folder = new TemporaryFolder();
        var inner = folder["a/b"];
        Disk.CreateFolder(inner);
        Disk.CreateFolder(inner);
        Assert.True(Disk.FolderExists(inner));
        using (var file = Disk.Create(Path.Combine(inner, "z.txt")))
        {
            file.Write("one"u8);
            file.FlushToDisk();
            Assert.Equal(3, file.Length);
        }
        using (var file = Disk.Append(Path.Combine(inner, "z.txt")))
            file.Write(" two"u8);
        Disk.FlushFolder(inner);
        using (var read = new StreamReader(Disk.OpenRead(Path.Combine(inner, "z.txt"))))
            Assert.Equal("one two", read.ReadToEnd());
        Disk.WriteAtomically(Path.Combine(inner, "B"), []);
        Disk.WriteAtomically(Path.Combine(inner, "a"), []);
        Assert.Equal(["B", "a", "z.txt"], Disk.FileNames(inner));
        Disk.Rename(Path.Combine(inner, "z.txt"), Path.Combine(inner, "B"));
        Assert.Equal(["B", "a"], Disk.FileNames(inner));
        Disk.Rename(inner, folder["c"]);
        Assert.Equal(["a", "c"], Disk.FolderNames(folder.Path));
        Assert.Equal("one two", File.ReadAllText(folder["c/B"]));
        Disk.DeleteFile(folder["c/B"]);
        Disk.DeleteFile(folder["c/B"]);
        Assert.False(Disk.FileExists(folder["c/B"]));
        Disk.DeleteFolder(folder["c"]);
        Disk.DeleteFolder(folder["c"]);
        Assert.False(Disk.FolderExists(folder["c"]));
    }

    [Fact]
    public void MissingThingsAreNotFound()
    {
        using var folder = new TemporaryFolder();
        var missing = folder["missing/file"];
        Assert.Throws<InkstoneNotFoundException>(() => Disk.OpenRead(missing));
        Assert.Throws<InkstoneNotFoundException>(() => Disk.Create(missing));
        Assert.Throws<InkstoneNotFoundException>(() => Disk.Append(missing));
        Assert.Throws<InkstoneNotFoundException>(() => Disk.Rename(missing, folder["x"]));
        Assert.Throws<InkstoneNotFoundException>(() => Disk.FlushFolder(missing));
        Assert.Throws<InkstoneNotFoundException>(() => Disk.FileNames(missing));
        Assert.Throws<InkstoneNotFoundException>(() => Disk.FolderNames(missing));
    }

    [Fact]
    public void AFolderWhereAFileShouldBeIsAClearError()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["taken"]);
        File.WriteAllText(folder["file"], "x");
        Assert.Equal(5, Assert.Throws<InkstoneResourceException>(() => Disk.Create(folder["taken"])).ExitCode);
        Assert.Throws<InkstoneResourceException>(() => Disk.CreateFolder(folder["file"]));
        Assert.Throws<InkstoneResourceException>(() => Disk.Rename(folder["file"], folder["taken"]));
        Assert.Throws<InkstoneResourceException>(() => Disk.Rename(folder["taken"], folder["file"]));
    }

    [Fact]
    public void BuffersSmallWritesAndPassesLargeOnes()
    {
        using var folder = new TemporaryFolder();
        var expected = new MemoryStream();
        var random = TestRandom.Seeded(5);
        using (var file = Disk.Create(folder["f"]))
        {
            for (var i = 0; i < 300; i++)
            {
                var bytes = new byte[random.NextInt(i % 10 == 0 ? 200_000 : 3_000)];
                for (var j = 0; j < bytes.Length; j++)
                    bytes[j] = (byte)(i + j);
                file.Write(bytes);
                file.WriteByte(7);
                expected.Write(bytes);
                expected.WriteByte(7);
            }
        }
        Assert.Equal(expected.ToArray(), File.ReadAllBytes(folder["f"]));
    }

    [Fact]
    public void WriteAtomicallyReplacesAndSaysTheDigest()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["f"], "old");
        var digest = Disk.WriteAtomically(folder["f"], stream =>
        {
            using var writer = new StreamWriter(stream, new UTF8Encoding(false)); // closes the stream it was given
            writer.Write("abc");
        });
        Assert.Equal(new FileDigest(3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"), digest); // FIPS 180-2, appendix B.1
        Assert.Equal(digest, FileDigest.Of("abc"u8));
        using (var read = Disk.OpenRead(folder["f"]))
            Assert.Equal(digest, FileDigest.Of(read));
        Assert.Equal(["f"], Disk.FileNames(folder.Path));
    }

    [Fact]
    public void AFailedCallbackLeavesTheOldContentAndNothingElse()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["f"], "old");
        Assert.Throws<InvalidOperationException>(() => Disk.WriteAtomically(folder["f"], stream =>
        {
            stream.Write(new byte[100_000]);
            throw new InvalidOperationException();
        }));
        Assert.Equal("old", File.ReadAllText(folder["f"]));
        Assert.Equal(["f"], Disk.FileNames(folder.Path));
    }

    [SmallDiskFact]
    public void AFullDiskLosesNothingAndRecovers()
    {
        using var folder = new TemporaryFolder();
        Assert.True(SmallDisk.Mount(folder.Path));
        try
        {
            Disk.WriteAtomically(folder["f"], new byte[100_000]);
            var error = Assert.Throws<InkstoneResourceException>(() => Disk.WriteAtomically(folder["f"], new byte[2_000_000]));
            Assert.Contains("no space", error.Message, StringComparison.Ordinal);
            Assert.Equal(5, error.ExitCode);
            Assert.Equal(100_000, new FileInfo(folder["f"]).Length);
            Assert.Equal(["f"], Disk.FileNames(folder.Path));
            Disk.WriteAtomically(folder["f"], new byte[500_000]);
            Assert.Equal(500_000, new FileInfo(folder["f"]).Length);
        }
        finally
        {
            Assert.True(SmallDisk.Unmount(folder.Path));
        }
    }

    [LinuxFact]
    public void ADeviceThatIsAlwaysFullSaysSo()
    {
        var error = Assert.Throws<InkstoneResourceException>(() =>
        {
            using var file = Disk.Append("/dev/full");
            file.Write(new byte[10]);
            file.Flush();
        });
        Assert.Contains("no space", error.Message, StringComparison.Ordinal);
        Assert.Equal("/dev/full", error.Where);
    }

    [Theory]
    [InlineData(28, "no space")]
    [InlineData(27, "no space")]
    [InlineData(30, "read-only")]
    [InlineData(11, "another process")]
    [InlineData(5, "broken")]
    public void SystemErrorsAreNamed(int number, string said)
    {
        var error = FileErrors.Explain(new IOException("broken", number), "cannot write", "x");
        Assert.IsType<InkstoneResourceException>(error);
        Assert.Contains(said, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AccessDeniedIsAResourceError() =>
        Assert.Contains("denied", Assert.IsType<InkstoneResourceException>(FileErrors.Explain(new UnauthorizedAccessException(), "cannot write", "x")).Message, StringComparison.Ordinal);
}
