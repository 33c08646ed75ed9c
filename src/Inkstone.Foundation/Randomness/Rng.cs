using System.Runtime.CompilerServices;
using System.Text;

namespace Inkstone.Foundation.Randomness;

/// <summary>
/// A counter-based random stream: Philox 4×32 with ten rounds (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3",
/// SC 2011). The value at a counter is a pure function of (key, counter), so any thread may draw any part of a stream in any
/// order, and a backward pass draws again what its forward pass drew. An <see cref="Rng"/> never changes; streams for
/// different purposes are split off by name or by index.
/// </summary>
/// <param name="Key">The 64-bit key that selects this stream.</param>
public readonly record struct Rng(ulong Key)
{
    /// <summary>The root stream of a seed.</summary>
    public static Rng From(long seed) => new(Mix((ulong)seed + 0x9E3779B97F4A7C15UL));

    /// <summary>The stream of this name under this one; the same name gives the same stream.</summary>
    public Rng Split(string name)
    {
        var hash = 0xCBF29CE484222325UL; // FNV-1a over UTF-8, then mixed with the key
        Span<byte> small = stackalloc byte[256];
        var bytes = Encoding.UTF8.TryGetBytes(name, small, out var written) ? small[..written] : Encoding.UTF8.GetBytes(name);
        foreach (var b in bytes)
            hash = (hash ^ b) * 0x100000001B3UL;
        return new(Mix(Key ^ Mix(hash)));
    }

    /// <summary>The stream of this index under this one.</summary>
    public Rng Split(long index) => new(Mix(Key + Mix((ulong)index ^ 0xD1B54A32D192ED03UL)));

    /// <summary>Four independent 32-bit words at a counter.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public (uint A, uint B, uint C, uint D) WordsAt(ulong counter) => Philox((uint)counter, (uint)(counter >> 32), 0, 0, (uint)Key, (uint)(Key >> 32));

    /// <summary>One 32-bit word: element <paramref name="index"/> of the stream (four elements share a counter).</summary>
    public uint WordAt(ulong index)
    {
        var words = WordsAt(index >> 2);
        return (index & 3) switch { 0 => words.A, 1 => words.B, 2 => words.C, _ => words.D };
    }

    /// <summary>Uniform in [0, 1) with 24 bits: element <paramref name="index"/> of the stream.</summary>
    public float UniformAt(ulong index) => ToUnit(WordAt(index));

    /// <summary>Standard normal by Box and Muller: element <paramref name="index"/> of the stream.</summary>
    public float NormalAt(ulong index)
    {
        var words = WordsAt(index >> 1);
        var (first, second) = (index & 1) == 0 ? (words.A, words.B) : (words.C, words.D);
        var radius = Math.Sqrt(-2.0 * Math.Log((first + 1.0) * (1.0 / 4294967296.0)));
        return (float)(radius * Math.Cos(2.0 * Math.PI * (second * (1.0 / 4294967296.0))));
    }

    /// <summary>A word as a number in [0, 1) with 24 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float ToUnit(uint word) => (word >> 8) * (1.0f / 16777216.0f);

    /// <summary>A cursor that draws this stream one value after another, from an element on.</summary>
    public RngCursor Cursor(ulong start = 0) => new(this, start);

    /// <summary>Philox 4×32 with ten rounds on a counter of four words and a key of two.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static (uint A, uint B, uint C, uint D) Philox(uint c0, uint c1, uint c2, uint c3, uint k0, uint k1)
    {
        for (var round = 0; round < 10; round++)
        {
            var p0 = 0xD2511F53UL * c0;
            var p1 = 0xCD9E8D57UL * c2;
            (c0, c1, c2, c3) = ((uint)(p1 >> 32) ^ c1 ^ k0, (uint)p1, (uint)(p0 >> 32) ^ c3 ^ k1, (uint)p0);
            k0 += 0x9E3779B9;
            k1 += 0xBB67AE85;
        }
        return (c0, c1, c2, c3);
    }

    private static ulong Mix(ulong x)
    {
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9UL; // the finaliser of SplitMix64
        x = (x ^ (x >> 27)) * 0x94D049BB133111EBUL;
        return x ^ (x >> 31);
    }
}
