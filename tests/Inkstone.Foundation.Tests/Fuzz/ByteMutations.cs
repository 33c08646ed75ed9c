using Inkstone.Foundation.Randomness;

namespace Inkstone.Foundation.Tests.Fuzz;

/// <summary>What may happen to any file.</summary>
internal static class ByteMutations
{
    private static readonly ulong[] Edges = [0, 1, ulong.MaxValue, 1UL << 31, (1UL << 31) - 1, 1UL << 32, (1UL << 32) - 1, 1UL << 63, (1UL << 63) - 1, 1UL << 62, 64, 65, 5];

    /// <summary>A number that is likely to be mistaken for another.</summary>
    /// <param name="number">What stood there.</param>
    /// <param name="length">The length of the file.</param>
    /// <param name="random">Chooses.</param>
    public static ulong Edge(ulong number, int length, RngCursor random) => random.NextInt(5) switch
    {
        0 => number + (ulong)random.NextInt(5) - 2,
        1 => (ulong)(length + random.NextInt(5) - 2),
        2 => number << random.NextInt(64),
        3 => (ulong)random.NextInt(64),
        _ => Edges[random.NextInt(Edges.Length)],
    };

    /// <summary>Flips, cuts, repeats, takes out or puts in bytes.</summary>
    public static byte[] Apply(byte[] bytes, RngCursor random)
    {
        var at = random.NextInt(bytes.Length + 1);
        var count = Math.Min(bytes.Length - at, 1 + random.NextInt(16));
        switch (random.NextInt(5))
        {
            case 0 when at < bytes.Length:
                bytes[at] ^= (byte)(1 << random.NextInt(8));
                return bytes;
            case 1 when at < bytes.Length:
                bytes[at] = (byte)random.NextInt(256);
                return bytes;
            case 2:
                return bytes[..at];
            case 3:
                return [.. bytes.AsSpan(0, at), .. bytes.AsSpan(at + count)];
            default:
                return [.. bytes.AsSpan(0, at + count), .. bytes.AsSpan(at)];
        }
    }
}
