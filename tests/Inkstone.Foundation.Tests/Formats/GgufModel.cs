using Inkstone.Foundation.Files;
using Inkstone.Foundation.Formats;

namespace Inkstone.Foundation.Tests.Formats;

/// <summary>A small GGUF model with tensors of every type, each byte of which is known.</summary>
internal static class GgufModel
{
    public static GgufValues Values => new GgufValues().Set("general.architecture", "llama").Set("llama.block_count", 2u).SetTexts("tokenizer.ggml.tokens", ["<s>", "a", "磨"]);

    /// <summary>A tensor of each type; ranks from 1 to 4.</summary>
    public static GgufSource[] Tensors => [.. Enum.GetValues<GgufTensorType>().Select((type, i) => Tensor($"blk.{i}.weight", type, ((long[])[2, 1, 3])[..(i % 4)]))];

    /// <summary>A tensor with rows of two blocks.</summary>
    public static GgufSource Tensor(string name, GgufTensorType type, params long[] outer)
    {
        long[] shape = [.. outer, 2L * type.BlockLength()];
        return new(name, type, shape, stream => stream.Write(Bytes(name, (int)type.ByteCount(shape)!.Value)));
    }

    /// <summary>The bytes of a tensor.</summary>
    public static byte[] Bytes(string name, int length) => [.. Enumerable.Range(0, length).Select(i => (byte)((i * 7) + name.Sum(letter => letter)))];

    public static void Save(string path, GgufValues values, params IReadOnlyList<GgufSource> tensors) =>
        DurableFiles.Instance.WriteAtomically(path, stream => GgufWriter.Write(values, tensors, stream));

    /// <summary>Writes the model in files of at most so many bytes; their paths.</summary>
    public static string[] SaveSplit(string path, int maximumBytes)
    {
        var parts = GgufWriter.Split(Values, Tensors, maximumBytes);
        return [.. parts.Select((part, i) =>
        {
            var partPath = GgufFile.PartPath(path, i + 1, parts.Count);
            Save(partPath, part.Values, part.Tensors);
            return partPath;
        })];
    }

    /// <summary>Checks that a file holds the tensors, by copy and in place.</summary>
    public static void AssertTensors(GgufFile file)
    {
        Assert.Equal(Tensors.Select(tensor => tensor.Name), file.Tensors.Select(tensor => tensor.Name));
        foreach (var source in Tensors)
        {
            var tensor = file.Get(source.Name);
            Assert.Equal((source.Type, 0L), (tensor.Type, tensor.FileOffset % file.Parts[tensor.Part].Alignment));
            Assert.Equal(source.Shape, tensor.Shape);
            var expected = Bytes(source.Name, (int)tensor.ByteLength);
            var read = new byte[tensor.ByteLength];
            file.Read(tensor, 0, read);
            Assert.Equal(expected, read);
            file.Read(tensor, 1, read.AsSpan(0, 1));
            Assert.Equal(expected[1], read[0]);
            Assert.Throws<ArgumentOutOfRangeException>(() => file.Read(tensor, 1, read));
            using var window = file.Map(tensor);
            Assert.Equal(expected, window.Span(0, expected.Length));
        }
    }
}
