using System.Text;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Formats;
using Inkstone.Foundation.Randomness;

namespace Inkstone.Foundation.Tests.Formats;

/// <summary>Mutated headers: only format errors escape, and memory stays within 16 times the input and a mebibyte.</summary>
public class SafetensorsFuzzTests
{
    private const int Rounds = 300_000;

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

    [Fact]
    public void OnlyFormatErrorsEscape()
    {
        var random = TestRandom.Seeded(20260);
        int accepted = 0, refused = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var bytes = Mutate(random);
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                var header = SafetensorsHeader.Read(new MemoryStream(bytes), "fuzz");
                accepted++;
                Assert.Equal(bytes.Length, header.Tensors.Count == 0 ? bytes.Length : header.Tensors[^1].FileOffset + header.Tensors[^1].ByteLength);
            }
            catch (InkstoneFormatException)
            {
                refused++;
            }
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(allocated <= 16 * bytes.Length + (1 << 20), $"round {round}: {allocated} bytes for {bytes.Length}");
        }
        Assert.True(accepted > Rounds / 100, $"only {accepted} mutants were accepted: the mutations are too wild to test what lies deep");
        Assert.True(refused > Rounds / 4, $"only {refused} mutants were refused: the mutations are too tame");
    }

    [Fact]
    public void LargeHostileHeadersTakeBoundedMemory()
    {
        string[] headers =
        [
            "{" + string.Join(",", Enumerable.Range(0, 40_000).Select(i => $"\"{i:x}\":{{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}")) + "}",
            "{\"x\":{\"shape\":[" + string.Join(",", Enumerable.Repeat("0", 1_000_000)) + "]}}",
            "{\"__metadata__\":{" + string.Join(",", Enumerable.Range(0, 300_000).Select(i => $"\"{i:x}\":\"\"")) + "}}",
            "{\"__metadata__\":{" + string.Join(",", Enumerable.Range(0, 4096).Select(i => $"\"{i:x}\":\"\"")) + "}}",
            "{\"x\":[" + string.Join(",", Enumerable.Repeat("[]", 300_000)) + "]}",
            "{\"x\":\"" + new string('a', 3_000_000) + "\"}",
            "{\"x\":\"" + string.Concat(Enumerable.Repeat("\\u0061", 150_000)) + "\"}",
        ];
        foreach (var header in headers)
        {
            var bytes = SafetensorsBytes.Of(header, 0);
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                SafetensorsHeader.Read(new MemoryStream(bytes), "large");
            }
            catch (InkstoneFormatException)
            {
            }
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(allocated <= 16L * bytes.Length + (1 << 20), $"{header[..40]}: {allocated} bytes for {bytes.Length}");
        }
    }

    [Fact]
    public void OnlyFormatErrorsEscapeFromAnIndex()
    {
        const string Index = """{"metadata":{"total_size":12},"weight_map":{"d":"model-2.safetensors","c":"model-1.safetensors","é":"model-2.safetensors"}}""";
        var random = TestRandom.Seeded(777);
        var accepted = 0;
        for (var round = 0; round < 50_000; round++)
        {
            var bytes = MutateText(Index, random).ToArray();
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                var shards = SafetensorsFolder.ReadIndex(BoundedJson.Parse(bytes, "index"));
                accepted++;
                Assert.All(shards.Values, shard => Assert.Equal(shard, Path.GetFileName(shard)));
            }
            catch (InkstoneFormatException)
            {
            }
            Assert.True(GC.GetAllocatedBytesForCurrentThread() - before <= 16 * bytes.Length + (1 << 20));
        }
        Assert.InRange(accepted, 500, 45_000);
    }

    private static byte[] Mutate(RngCursor random)
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
}
