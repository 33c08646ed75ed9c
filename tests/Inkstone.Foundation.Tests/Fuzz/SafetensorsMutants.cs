using System.Text;
using Inkstone.Foundation.Formats;
using Inkstone.Foundation.Randomness;
using Inkstone.Foundation.Tests.Formats;

namespace Inkstone.Foundation.Tests.Fuzz;

/// <summary>Safetensors files, and indexes of shards, made wrong in their text, their numbers and their lengths.</summary>
internal static class SafetensorsMutants
{
    private const string IndexSeed = """{"metadata":{"total_size":12},"weight_map":{"d":"model-2.safetensors","c":"model-1.safetensors","é":"model-2.safetensors"}}""";

    private static readonly string[] Seeds =
    [
        """{"__metadata__":{"format":"pt"},"b":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},"a":{"dtype":"BF16","shape":[],"data_offsets":[16,18]}}""",
        """{"e":{"dtype":"F32","shape":[0,4],"data_offsets":[4,4]},"x":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"f":{"dtype":"I64","shape":[0],"data_offsets":[0,0]}}""",
        """{"model.layers.0.self_attn.q_proj.weight":{"dtype":"F16","shape":[1,3],"data_offsets":[0,6]},"é":{"dtype":"F8_E4M3","shape":[12],"data_offsets":[6,18]}}""",
    ];

    private static readonly string[] Dictionary =
    [
        "0", "1", "-1", "2147483648", "4294967296", "9223372036854775807", "9223372036854775808", "18446744073709551615", "1e3", "1.0", "null", "true",
        "\"F32\"", "\"F64\"", "\"dtype\"", "\"shape\"", "\"data_offsets\"", "\"__metadata__\"", "[", "]", "{", "}", ",", ":", "\"", "\\ud800", "\\u0061", "\\", " ", "[0,0]", "[]", "{}", "\u0000",
    ];

    public static FuzzTarget Header { get; } = new("safetensors", Mutant, SafetensorsBytes.Read, (parsed, bytes) => Check((SafetensorsHeader)parsed, bytes));

    public static FuzzTarget Index { get; } = new("safetensors-index", random => [.. MutateText(IndexSeed, random)],
        bytes => SafetensorsFolder.ReadIndex(BoundedJson.Parse(bytes, "index")), (parsed, _) => Check((IReadOnlyDictionary<string, string>)parsed));

    private static byte[] Mutant(RngCursor random)
    {
        var header = MutateText(Seeds[random.NextInt(Seeds.Length)], random);
        var data = random.NextInt(20) == 0 ? random.NextInt(40) : 18;
        ulong? length = random.NextInt(50) == 0 ? (ulong)random.NextWord() << random.NextInt(33) : null;
        return Assemble(header, data, length);
    }

    private static List<byte> MutateText(string text, RngCursor random)
    {
        var header = new List<byte>(Encoding.UTF8.GetBytes(text));
        for (var times = 1 + random.NextInt(3); times > 0; times--)
        {
            var at = random.NextInt(header.Count + 1);
            switch (random.NextInt(6))
            {
                case 0 when at < header.Count:
                    header[at] ^= (byte)(1 << random.NextInt(8));
                    break;
                case 1 when at < header.Count:
                    header.RemoveRange(at, Math.Min(header.Count - at, 1 + random.NextInt(8)));
                    break;
                case 2:
                    header.InsertRange(at, Encoding.UTF8.GetBytes(Dictionary[random.NextInt(Dictionary.Length)]));
                    break;
                case 3:
                    var from = random.NextInt(header.Count + 1);
                    header.InsertRange(at, header.GetRange(from, Math.Min(header.Count - from, random.NextInt(60))));
                    break;
                case 4:
                    ReplaceNumber(header, random);
                    break;
                default:
                    header.Add((byte)' ');
                    break;
            }
            if (header.Count == 0)
                header.Add((byte)'{');
        }
        return header;
    }

    private static byte[] Assemble(List<byte> header, int data, ulong? length)
    {
        var bytes = new byte[8 + header.Count + data];
        BitConverter.TryWriteBytes(bytes, length ?? (ulong)header.Count);
        header.CopyTo(bytes, 8);
        return bytes;
    }

    private static void ReplaceNumber(List<byte> header, RngCursor random)
    {
        var start = random.NextInt(header.Count + 1);
        while (start < header.Count && header[start] is < (byte)'0' or > (byte)'9')
            start++;
        var end = start;
        while (end < header.Count && header[end] is >= (byte)'0' and <= (byte)'9')
            end++;
        if (start >= end)
            return;
        header.RemoveRange(start, end - start);
        header.InsertRange(start, Encoding.UTF8.GetBytes(Dictionary[random.NextInt(10)]));
    }

    private static void Check(SafetensorsHeader header, byte[] bytes)
    {
        long end = -1;
        foreach (var tensor in header.Tensors)
        {
            FuzzTarget.Require(end < 0 || tensor.FileOffset == end, "there is a hole, or an overlap");
            end = tensor.FileOffset + tensor.ByteLength;
            FuzzTarget.Require(tensor.ByteLength == tensor.Shape.Aggregate((long)tensor.Type.ByteSize(), (product, next) => product * next), "the size is unlike the shape");
            FuzzTarget.Require(ReferenceEquals(header.Get(tensor.Name), tensor), "a name leads elsewhere");
        }
        FuzzTarget.Require(end < 0 || end == bytes.Length, "the data does not end where the file does");
    }

    private static void Check(IReadOnlyDictionary<string, string> shards)
    {
        foreach (var shard in shards.Values)
            FuzzTarget.Require(shard == Path.GetFileName(shard), "a shard is outside the folder");
    }
}
