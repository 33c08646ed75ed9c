using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Inkstone.Foundation.Randomness;

namespace Inkstone.Tensors.Tests;

/// <summary>Blocks and rows that every run makes alike.</summary>
internal static class WeightSamples
{
    public const int RandomBlocks = 100_000;
    public const int Rows = 16;
    public const int Columns = 1024;

    private static readonly Rng Root = Rng.From(5).Split("weight formats");

    /// <summary>The kinds of rows that are quantised.</summary>
    public static string[] Kinds { get; } = ["normal", "heavy", "zero", "constant", "outlier", "uneven"];

    /// <summary>Every half-precision number as a scale (and, elsewhere in the sequence, as an offset), with random integers.</summary>
    public static byte[] Sweep(WeightFormat format)
    {
        var size = format.BlockBytes();
        var blocks = RandomBytes(Root.Split("sweep").Split(format.Name()), size << 16);
        var places = Halves(format);
        for (var number = 0; number < 1 << 16; number++)
        {
            var block = blocks.AsSpan(number * size, size);
            if (format == WeightFormat.MXFP4)
                block[0] = (byte)number;
            for (var i = 0; i < places.Length; i++)
                BinaryPrimitives.WriteUInt16LittleEndian(block[places[i]..], (ushort)(i == 0 ? number : (number * 40_503) + 7));
        }
        return blocks;
    }

    /// <summary>Blocks of random bytes.</summary>
    public static byte[] Random(WeightFormat format) => RandomBytes(Root.Split("random").Split(format.Name()), RandomBlocks * format.BlockBytes());

    /// <summary>Rows of a kind.</summary>
    public static float[] RowsOf(string kind)
    {
        var normal = Normals(Root.Split(kind), Rows * Columns);
        var other = Enumerable.Range(0, 3).Select(i => Normals(Root.Split(kind).Split(i), Rows * Columns)).ToArray();
        return [.. normal.Select((value, i) => 0.02f * kind switch
        {
            "heavy" => value / MathF.Sqrt(((other[0][i] * other[0][i]) + (other[1][i] * other[1][i]) + (other[2][i] * other[2][i])) / 3),
            "zero" => 0,
            "constant" => 10 * normal[i / Columns],
            "outlier" => i % 131 == 0 ? 30 * value : value,
            "uneven" => value * MathF.Exp(1.5f * other[0][i / 16]),
            _ => value,
        })];
    }

    /// <summary>How much each column matters.</summary>
    public static float[] Importance() => [.. Normals(Root.Split("importance"), Columns).Select(value => MathF.Exp(1.5f * value))];

    /// <summary>The digest of blocks as single precision, every NaN being one.</summary>
    public static string Digest(WeightFormat format, byte[] blocks)
    {
        const int Blocks = 1000;
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var weights = new float[Blocks * format.BlockLength()];
        for (var start = 0; start < blocks.Length; start += Blocks * format.BlockBytes())
        {
            var bytes = blocks.AsSpan(start, Math.Min(Blocks * format.BlockBytes(), blocks.Length - start));
            var part = weights.AsSpan(0, bytes.Length / format.BlockBytes() * format.BlockLength());
            WeightFormats.Dequantize(format, bytes, part);
            for (var i = 0; i < part.Length; i++)
            {
                if (float.IsNaN(part[i]))
                    part[i] = BitConverter.UInt32BitsToSingle(0x7FC0_0000);
            }
            digest.AppendData(MemoryMarshal.AsBytes(part));
        }
        return Convert.ToHexStringLower(digest.GetHashAndReset());
    }

    /// <summary>Rows written in a format and read again.</summary>
    public static float[] RoundTrip(WeightFormat format, float[] weights, float[] importance)
    {
        var bytes = new byte[format.ByteLength(weights.Length)];
        WeightFormats.Quantize(format, weights, importance, bytes);
        var read = new float[weights.Length];
        WeightFormats.Dequantize(format, bytes, read);
        return read;
    }

    /// <summary>Errors without importance, with it and counting it, with it and not counting it.</summary>
    public static double[] Errors(WeightFormat format, float[] weights, float[] importance)
    {
        var (plain, counted) = (RoundTrip(format, weights, []), RoundTrip(format, weights, importance));
        return [Error(weights, plain, []), Error(weights, counted, importance), Error(weights, counted, [])];
    }

    /// <summary>The root of the mean square difference, each column as much as its importance says.</summary>
    public static double Error(float[] weights, float[] read, float[] importance)
    {
        var (sum, total) = (0.0, 0.0);
        for (var i = 0; i < weights.Length; i++)
        {
            double each = importance.Length == 0 ? 1 : importance[i % importance.Length], difference = (double)weights[i] - read[i];
            sum += each * difference * difference;
            total += each;
        }
        return Math.Sqrt(sum / total);
    }

    public static float[] Normals(Rng rng, int count) => [.. Enumerable.Range(0, count).Select(i => rng.NormalAt((ulong)i))];

    /// <summary>Where in a block half-precision numbers stand, a scale first.</summary>
    private static int[] Halves(WeightFormat format) => format switch
    {
        WeightFormat.F32 or WeightFormat.MXFP4 => [],
        WeightFormat.Q4_1 or WeightFormat.Q5_1 or WeightFormat.Q4_K or WeightFormat.Q5_K => [0, 2],
        WeightFormat.Q2_K => [80, 82],
        WeightFormat.Q3_K => [108],
        WeightFormat.Q6_K => [208],
        _ => [0],
    };

    private static byte[] RandomBytes(Rng rng, int count)
    {
        var bytes = new byte[(count + 15) / 16 * 16];
        var words = MemoryMarshal.Cast<byte, uint>(bytes.AsSpan());
        for (var i = 0; i < words.Length; i += 4)
            (words[i], words[i + 1], words[i + 2], words[i + 3]) = rng.WordsAt((ulong)i / 4);
        return bytes[..count];
    }
}
