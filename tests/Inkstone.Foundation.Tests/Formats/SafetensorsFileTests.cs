using System.Runtime.InteropServices;
using System.Text;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Files;
using Inkstone.Foundation.Formats;

namespace Inkstone.Foundation.Tests.Formats;

public class SafetensorsFileTests
{
    private static SafetensorsSource Floats(string name, params float[] values) =>
        new(name, SafetensorsType.F32, [values.Length], stream => stream.Write(MemoryMarshal.AsBytes<float>(values)));

    private static SafetensorsSource Bytes(string name, params byte[] values) => new(name, SafetensorsType.U8, [values.Length], stream => stream.Write(values));

    private static void Save(string path, params SafetensorsSource[] tensors) =>
        DurableFiles.Instance.WriteAtomically(path, stream => SafetensorsWriter.Write(tensors, null, stream));

    [Fact]
    public void WhatIsWrittenIsRead()
    {
        using var folder = new TemporaryFolder();
        var path = folder["model.safetensors"];
        var scalar = new SafetensorsSource("scalar", SafetensorsType.I64, [], stream => stream.Write(BitConverter.GetBytes(-5L)));
        var empty = new SafetensorsSource("empty", SafetensorsType.F32, [0, 3], _ => { });
        DurableFiles.Instance.WriteAtomically(path, stream =>
            SafetensorsWriter.Write([Bytes("bytes", 1, 2, 3), Floats("b", 1, 2), empty, Floats("a", 3), scalar], new Dictionary<string, string> { ["z"] = "1", ["format"] = "pt" }, stream));
        using var file = SafetensorsFile.Open(path);
        Assert.Equal(["scalar", "a", "b", "empty", "bytes"], file.Header.Tensors.Select(tensor => tensor.Name));
        Assert.Equal(["format", "z"], file.Header.Metadata.Keys);
        Assert.All(file.Header.Tensors, tensor => Assert.Equal(0, tensor.FileOffset % tensor.Type.ByteSize()));
        Assert.Equal(0, file.Header.Tensors[0].FileOffset % 8);

        var floats = new float[2];
        file.Read(file.Header.Get("b"), 0, MemoryMarshal.AsBytes(floats.AsSpan()));
        Assert.Equal([1f, 2f], floats);
        var two = new byte[2];
        file.Read(file.Header.Get("bytes"), 1, two);
        Assert.Equal([2, 3], two);
        Assert.Throws<ArgumentOutOfRangeException>(() => file.Read(file.Header.Get("bytes"), 2, two));

        using var window = file.Map(file.Header.Get("scalar"));
        using var nothing = file.Map(file.Header.Get("empty"));
        Assert.Equal(0, nothing.Length);
        file.Dispose();
        Assert.Equal(-5L, MemoryMarshal.Read<long>(window.Span(0, 8)));
    }

    [Fact]
    public void TheSameTensorsGiveTheSameBytesInAnyOrder()
    {
        using var one = new MemoryStream();
        using var two = new MemoryStream();
        SafetensorsWriter.Write([Floats("a", 1), Bytes("c", 9), Floats("b", 2)], new Dictionary<string, string> { ["x"] = "1", ["y"] = "2" }, one);
        SafetensorsWriter.Write([Bytes("c", 9), Floats("b", 2), Floats("a", 1)], new Dictionary<string, string> { ["y"] = "2", ["x"] = "1" }, two);
        Assert.Equal(one.ToArray(), two.ToArray());
        var text = Encoding.UTF8.GetString(one.ToArray().AsSpan(8));
        Assert.StartsWith("""{"__metadata__":{"x":"1","y":"2"},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},""", text, StringComparison.Ordinal);
        Assert.Equal(0, BitConverter.ToInt64(one.ToArray()) % 8);
    }

    [Fact]
    public void TheWriterRefusesWhatTheReaderWould()
    {
        using var stream = new MemoryStream();
        Assert.Throws<ArgumentException>(() => SafetensorsWriter.Write([Floats("a", 1), Floats("a", 2)], null, stream));
        Assert.Throws<ArgumentException>(() => SafetensorsWriter.Write([Floats("", 1)], null, stream));
        Assert.Throws<ArgumentException>(() => SafetensorsWriter.Write([Floats("__metadata__", 1)], null, stream));
        Assert.Throws<ArgumentException>(() => SafetensorsWriter.Write([new("x", SafetensorsType.F32, [-1], _ => { })], null, stream));
        Assert.Throws<OverflowException>(() => SafetensorsWriter.Write([new("x", SafetensorsType.F32, [1L << 40, 1L << 40], _ => { })], null, stream));
        Assert.Throws<InvalidOperationException>(() => SafetensorsWriter.Write([new("x", SafetensorsType.F32, [2], s => s.Write(new byte[7]))], null, stream));
        Assert.Throws<InvalidOperationException>(() => SafetensorsWriter.Write([new("x", SafetensorsType.F32, [2], s => s.Write(new byte[9]))], null, stream));
    }

    [UnixFact]
    public void AFileThatChangedAfterItWasOpenedIsNotMapped()
    {
        using var folder = new TemporaryFolder();
        var path = folder["model.safetensors"];
        foreach (var cut in (int[])[0, 1, 8, int.MaxValue])
        {
            Save(path, Floats("a", 1), Floats("b", 2));
            using var file = SafetensorsFile.Open(path);
            using (var writer = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
                writer.SetLength(Math.Max(0, writer.Length - cut));
            File.SetLastWriteTimeUtc(path, File.GetLastWriteTimeUtc(path).AddSeconds(1));
            Assert.Contains("changed after it was opened", Assert.Throws<InkstoneResourceException>(() => file.Map(file.Header.Get("b"))).Message, StringComparison.Ordinal);
            if (cut > 0)
                Assert.Contains("cut short", Assert.Throws<InkstoneFormatException>(() => file.Read(file.Header.Get("b"), 0, new byte[4])).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void AClosedFileGivesNothing()
    {
        using var folder = new TemporaryFolder();
        Save(folder["model.safetensors"], Floats("a", 1));
        var file = SafetensorsFile.Open(folder["model.safetensors"]);
        file.Dispose();
        Assert.Throws<InkstoneLifetimeException>(() => file.Map(file.Header.Get("a")));
        Assert.Throws<InkstoneLifetimeException>(() => file.Read(file.Header.Get("a"), 0, new byte[4]));
    }

    [Fact]
    public void AFileThatIsNotThereIsNotFound() =>
        Assert.Throws<InkstoneNotFoundException>(() => SafetensorsFile.Open(Path.Combine(Path.GetTempPath(), "inkstone-there-is-no-such.safetensors")));

    [Fact]
    public void AFolderWithoutWeightsIsNotFound()
    {
        using var folder = new TemporaryFolder();
        Assert.Throws<InkstoneNotFoundException>(() => SafetensorsFolder.Open(folder.Path));
    }

    [Fact]
    public void ASingleFileAndShardsOpenAlike()
    {
        using var folder = new TemporaryFolder();
        Save(folder["model.safetensors"], Floats("a", 1), Floats("b", 2));
        using (var single = SafetensorsFolder.Open(folder.Path))
            Assert.Equal(["a", "b"], single.Tensors.Keys);
        Save(folder["model-1.safetensors"], Floats("c", 3));
        Save(folder["model-2.safetensors"], Floats("d", 4), Floats("e", 5));
        WriteIndex(folder, """{"metadata":{"total_size":12},"weight_map":{"d":"model-2.safetensors","c":"model-1.safetensors","e":"model-2.safetensors"}}""");
        using var sharded = SafetensorsFolder.Open(folder.Path);
        Assert.Equal(["c", "d", "e"], sharded.Tensors.Keys);
        Assert.Equal(2, sharded.Files.Count);
        var (file, tensor) = sharded.Tensors["e"];
        var value = new float[1];
        file.Read(tensor, 0, MemoryMarshal.AsBytes(value.AsSpan()));
        Assert.Equal(5, value[0]);
    }

    public static TheoryData<string, string, string?> BadIndexes => new()
    {
        { "not JSON", "weights", "not valid JSON" },
        { "not an object", "[]", "an object" },
        { "no weight map", """{"metadata":{}}""", "'weight_map'" },
        { "unknown key", """{"weight_map":{"a":"one.safetensors","b":"two.safetensors"},"extra":1}""", "'extra'" },
        { "map no object", """{"weight_map":["one.safetensors"]}""", "an object" },
        { "shard no string", """{"weight_map":{"a":1}}""", "a string" },
        { "missing shard", """{"weight_map":{"a":"one.safetensors","b":"three.safetensors"}}""", "'three.safetensors'" },
        { "outside by dots", """{"weight_map":{"a":"../one.safetensors"}}""", "outside the folder" },
        { "outside by root", """{"weight_map":{"a":"/etc/passwd"}}""", "outside the folder" },
        { "outside by drive", """{"weight_map":{"a":"C:one.safetensors"}}""", "outside the folder" },
        { "outside by backslash", """{"weight_map":{"a":"..\\one.safetensors"}}""", "outside the folder" },
        { "the parent itself", """{"weight_map":{"a":".."}}""", "outside the folder" },
        { "in a folder below", """{"weight_map":{"a":"sub/one.safetensors"}}""", "outside the folder" },
        { "no name", """{"weight_map":{"a":""}}""", "outside the folder" },
        { "tensor twice in the map", """{"weight_map":{"a":"one.safetensors","a":"two.safetensors"}}""", "a" },
        { "tensor in another shard", """{"weight_map":{"a":"two.safetensors","b":"one.safetensors"}}""", "does not give it" },
        { "control: good", """{"weight_map":{"a":"one.safetensors"}, "metadata":{}}""", null },
        { "tensor in no shard", """{"weight_map":{"a":"one.safetensors","b":"two.safetensors","c":"two.safetensors"}}""", "does not hold" },
        { "tensor in two shards", """{"weight_map":{"a":"one.safetensors","b":"twice.safetensors"}}""", "does not give it" },
        { "stranger in a shard", """{"weight_map":{"b":"twice.safetensors"}}""", "does not name" },
    };

    [Theory]
    [MemberData(nameof(BadIndexes))]
    public void RefusesABadIndex(string kind, string index, string? said)
    {
        using var folder = new TemporaryFolder();
        Save(folder["one.safetensors"], Floats("a", 1));
        Save(folder["two.safetensors"], Floats("b", 2));
        Save(folder["twice.safetensors"], Floats("a", 1), Floats("b", 2));
        WriteIndex(folder, index);
        if (said is null)
        {
            using var opened = SafetensorsFolder.Open(folder.Path); // a control: this one is good
            Assert.Equal(["a"], opened.Tensors.Keys);
            return;
        }
        var error = Assert.Throws<InkstoneFormatException>(() => SafetensorsFolder.Open(folder.Path));
        Assert.True(error.Message.Contains(said, StringComparison.Ordinal), $"{kind}: {error.Message}");
    }

    private static void WriteIndex(TemporaryFolder folder, string text) => File.WriteAllText(folder[SafetensorsFolder.IndexFileName], text);
}
