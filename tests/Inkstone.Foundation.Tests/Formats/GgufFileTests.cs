using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Formats;
using Inkstone.Foundation.Tests.Fuzz;

namespace Inkstone.Foundation.Tests.Formats;

public sealed class GgufFileTests
{
    [Theory]
    [InlineData(null)]
    [InlineData(8u)]
    [InlineData(4096u)]
    public void WhatIsWrittenIsRead(uint? alignment)
    {
        using var folder = new TemporaryFolder();
        var values = GgufModel.Values;
        if (alignment is { } bytes)
            values.Set(GgufHeader.AlignmentKey, bytes);
        GgufModel.Save(folder["m.gguf"], values, GgufModel.Tensors);
        using var file = GgufFile.Open(folder["m.gguf"]);
        Assert.Equal(((int)(alignment ?? 32), 0L), (file.Parts.Single().Alignment, new FileInfo(folder["m.gguf"]).Length % (alignment ?? 32)));
        Assert.Equal(new FileInfo(folder["m.gguf"]).Length, GgufWriter.LengthOf(values, GgufModel.Tensors));
        Assert.Equal("llama", file.Metadata.Get("general.architecture").AsString());
        GgufModel.AssertTensors(file);
        Assert.Null(file.Find("absent"));
        Assert.Contains("'absent'", Assert.Throws<InkstoneFormatException>(() => file.Get("absent")).Message);
        Assert.Equal("blk.39.weight MXFP4 [2, 1, 3, 64]", file.Get("blk.39.weight").ToString());
        Assert.Equal((384L, 64L), (file.Get("blk.39.weight").ElementCount, file.Get("blk.39.weight").RowLength));
    }

    [Fact]
    public void ANumberAloneIsATensor()
    {
        using var folder = new TemporaryFolder();
        GgufModel.Save(folder["m.gguf"], new(), new GgufSource("scale", GgufTensorType.F32, [], stream => stream.Write(BitConverter.GetBytes(2.5f))));
        using var file = GgufFile.Open(folder["m.gguf"]);
        var scale = file.Get("scale");
        using var window = file.Map(scale);
        Assert.Equal((1L, 1L, 2.5f), (scale.ElementCount, scale.RowLength, BitConverter.ToSingle(window.Span(0, 4))));
        Assert.Empty(scale.Shape);
    }

    [Fact]
    public void ASplitModelOpensByAnyPart()
    {
        using var folder = new TemporaryFolder();
        var paths = GgufModel.SaveSplit(folder["m.gguf"], 4000);
        Assert.InRange(paths.Length, 3, 40);
        foreach (var path in paths)
        {
            using var file = GgufFile.Open(path);
            Assert.Equal((path, paths.Length), (file.Path, file.Parts.Count));
            Assert.Equal("llama", file.Metadata.Get("general.architecture").AsString());
            GgufModel.AssertTensors(file);
            Assert.Equal(GgufModel.Values.Names, GgufValues.CopyOf(file.Metadata).Names);
        }
        using var again = GgufFile.Open(paths[1]);
        File.Delete(paths[2]);
        var error = Assert.Throws<InkstoneFormatException>(() => GgufFile.Open(paths[0]));
        Assert.Contains(Path.GetFileName(paths[2]), error.Message);
        Assert.Throws<InkstoneNotFoundException>(() => GgufFile.Open(paths[2]));
    }

    public static TheoryData<string, string> BadParts => new()
    {
        { "renamed", "does not say which part it is" },
        { "exchanged", "does not say which part it is" },
        { "copied", "another one, or of another file" },
        { "of another count", "another one, or of another file" },
        { "number missing", "'split.no'" },
        { "number beyond", "beyond the number of parts" },
        { "count beyond", "too many parts" },
        { "count negative", "too many parts" },
        { "tensor twice", "stands in two parts" },
        { "tensor missing", "do not hold the tensors" },
        { "broken", "does not begin as a GGUF file" },
    };

    [Theory, MemberData(nameof(BadParts))]
    public void PartsThatContradictEachOtherAreRefused(string kind, string said)
    {
        using var folder = new TemporaryFolder();
        var (one, two) = (folder["m-00001-of-00002.gguf"], folder["m-00002-of-00002.gguf"]);
        GgufValues Part(int number, int count = 2) => new GgufValues().Set("split.no", (ushort)number).Set("split.count", (ushort)count).Set("split.tensors.count", 2);
        var (a, b) = (GgufModel.Tensor("a", GgufTensorType.F32), GgufModel.Tensor("b", GgufTensorType.Q8_0));
        GgufModel.Save(one, Part(0), a);
        GgufModel.Save(two, Part(1), b);
        using (var good = GgufFile.Open(one))
            Assert.Equal(["a", "b"], good.Tensors.Select(tensor => tensor.Name));
        switch (kind)
        {
            case "renamed":
                File.Move(one, one = folder["model.gguf"]);
                break;
            case "exchanged":
                File.Copy(two, one, overwrite: true);
                break;
            case "copied":
                File.Copy(one, two, overwrite: true);
                break;
            case "of another count":
                GgufModel.Save(two, Part(1, 3), b);
                break;
            case "number missing":
                GgufModel.Save(one, new GgufValues().Set("split.count", (ushort)2), a);
                break;
            case "number beyond":
                GgufModel.Save(one, Part(2), a);
                break;
            case "count beyond":
                GgufModel.Save(one, Part(0, 10_001), a);
                break;
            case "count negative":
                GgufModel.Save(one, Part(0).Set("split.count", -2), a);
                break;
            case "tensor twice":
                GgufModel.Save(two, Part(1), a);
                break;
            case "tensor missing":
                GgufModel.Save(two, Part(1));
                break;
            default:
                File.WriteAllText(two, "a text of more than a few characters, but no weights");
                break;
        }
        Assert.Contains(said, Assert.Throws<InkstoneFormatException>(() => GgufFile.Open(one)).Message);
        File.Delete(one); // on Windows this works only when nothing was left open
        File.Delete(two);
    }

    [Fact]
    public void MutatedPartsEndInFormatErrors()
    {
        using var folder = new TemporaryFolder();
        var paths = GgufModel.SaveSplit(folder["m.gguf"], 12_000);
        Assert.Equal(2, paths.Length);
        var random = TestRandom.Seeded(12);
        var refused = 0;
        for (var round = 0; round < 2000; round++)
        {
            var path = paths[random.NextInt(2)];
            var whole = File.ReadAllBytes(path);
            var head = ByteMutations.Apply(whole[..2000], random);
            File.WriteAllBytes(path, [.. head, .. whole.AsSpan(2000)]);
            try
            {
                using var file = GgufFile.Open(paths[random.NextInt(2)]);
                Assert.InRange(file.Tensors.Count, 0, GgufModel.Tensors.Length); // a part that no longer says so is a file by itself
            }
            catch (InkstoneFormatException)
            {
                refused++;
            }
            File.WriteAllBytes(path, whole);
        }
        Assert.InRange(refused, 1000, 1999);
    }

    [UnixFact]
    public void AFileThatChangedAfterItWasOpenedIsNotMapped()
    {
        using var folder = new TemporaryFolder();
        var path = folder["m.gguf"];
        foreach (var cut in (int[])[0, 1, 1000, int.MaxValue])
        {
            GgufModel.Save(path, GgufModel.Values, GgufModel.Tensors);
            using var file = GgufFile.Open(path);
            var last = file.Tensors[^1];
            using (var writer = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
                writer.SetLength(Math.Max(0, writer.Length - cut));
            File.SetLastWriteTimeUtc(path, File.GetLastWriteTimeUtc(path).AddSeconds(1));
            Assert.Contains("changed after it was opened", Assert.Throws<InkstoneResourceException>(() => file.Map(last)).Message);
            if (cut >= 1000)
                Assert.Contains("cut short", Assert.Throws<InkstoneFormatException>(() => file.Read(last, 0, new byte[last.ByteLength])).Message);
        }
    }

    [UnixFact]
    public void ANewFileRenamedOverItChangesNothing()
    {
        using var folder = new TemporaryFolder();
        GgufModel.Save(folder["m.gguf"], GgufModel.Values, GgufModel.Tensors);
        using var file = GgufFile.Open(folder["m.gguf"]);
        GgufModel.Save(folder["m.gguf"], GgufModel.Values, GgufModel.Tensor("other", GgufTensorType.F32));
        GgufModel.AssertTensors(file);
    }

    [Fact]
    public void AFileThatIsNotThereIsNotFound() =>
        Assert.Throws<InkstoneNotFoundException>(() => GgufFile.Open(Path.Combine(Path.GetTempPath(), "inkstone-there-is-no-such.gguf")));
}
