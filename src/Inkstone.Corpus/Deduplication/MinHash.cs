using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Inkstone.Foundation.Randomness;

namespace Inkstone.Corpus;

/// <summary>
/// MinHash signatures (Broder, "On the resemblance and containment of documents", 1997): for each of 128 pseudo-random
/// permutations of the 32-bit numbers the smallest image of a document's shingles. Two signatures agree in a place with
/// the probability of the Jaccard similarity of the two sets. Of each minimum the lowest 16 bits are kept (b-bit MinHash,
/// Li and König, 2010), so that a signature has 256 bytes; chance adds at most 1/65536 to an estimate, whose standard
/// error is sqrt(J (1 − J) / 128), 0.035 at J = 0.8.
/// </summary>
internal static class MinHash
{
    public const int Permutations = 128;

    private static readonly uint[] Masks = Draw("masks");
    private static readonly uint[] Multipliers = [.. Draw("multipliers").Select(word => word | 1)];

    /// <summary>The signature of a list of shingle hashes (repeats do no harm), <see cref="Permutations"/> numbers.</summary>
    public static void Sign(ReadOnlySpan<uint> shingles, Span<ushort> signature)
    {
        Span<uint> smallest = stackalloc uint[Permutations];
        smallest.Fill(uint.MaxValue);
        ref var masks = ref MemoryMarshal.GetArrayDataReference(Masks);
        ref var multipliers = ref MemoryMarshal.GetArrayDataReference(Multipliers);
        ref var minima = ref MemoryMarshal.GetReference(smallest);
        foreach (var shingle in shingles)
        {
            var x = Vector256.Create(shingle);
            for (nuint i = 0; i < Permutations; i += (nuint)Vector256<uint>.Count)
            {
                // x ↦ x ^ mask, · odd, ^ shift, · odd: each step can be undone, so the whole is a permutation
                var z = (x ^ Vector256.LoadUnsafe(ref masks, i)) * Vector256.LoadUnsafe(ref multipliers, i);
                z ^= Vector256.ShiftRightLogical(z, 15);
                z *= Vector256.Create(0x2C1B3C6Du);
                Vector256.Min(z, Vector256.LoadUnsafe(ref minima, i)).StoreUnsafe(ref minima, i);
            }
        }
        for (var i = 0; i < Permutations; i++)
            signature[i] = (ushort)smallest[i];
    }

    /// <summary>The estimated Jaccard similarity: the share of places where two signatures agree.</summary>
    public static double Similarity(ReadOnlySpan<ushort> first, ReadOnlySpan<ushort> second)
    {
        var equal = 0;
        ref var a = ref MemoryMarshal.GetReference(first);
        ref var b = ref MemoryMarshal.GetReference(second);
        for (nuint i = 0; i < Permutations; i += (nuint)Vector256<ushort>.Count)
        {
            var same = Vector256.Equals(Vector256.LoadUnsafe(ref a, i), Vector256.LoadUnsafe(ref b, i));
            equal += BitOperations.PopCount(same.ExtractMostSignificantBits());
        }
        return equal / (double)Permutations;
    }

    private static uint[] Draw(string name)
    {
        var cursor = Rng.From(0).Split("minhash").Split(name).Cursor();
        return [.. Enumerable.Range(0, Permutations).Select(_ => cursor.NextWord())];
    }
}
