using Inkstone.Foundation.Randomness;

namespace Inkstone.Tensors;

/// <summary>Dropout of attention weights: a pure function of the stream, the row, the head and the key's place, so backward draws it again.</summary>
internal static unsafe class AttentionDropout
{
    /// <summary>Heads and rows are this far apart in the stream; a sequence has fewer keys.</summary>
    private const int PlaceBits = 24;

    /// <summary>factors[j] = 0 or 1 / (1 − share) for the columns of a block.</summary>
    public static void Factors(in AttentionProblem problem, RowPlace* place, int firstKey, in KeyRange range, float* factors)
    {
        var rng = problem.Rng!.Value;
        var share = problem.Form.Dropout;
        var kept = 1 / (1 - share);
        var first = (((ulong)place->Query * (ulong)problem.Heads + (ulong)place->Head) << PlaceBits) + (ulong)firstKey;
        for (var j = range.Low; j < range.High; j += 4) // four elements of the stream share a counter
        {
            var words = rng.WordsAt((first + (ulong)j) >> 2);
            factors[j] = Rng.ToUnit(words.A) >= share ? kept : 0;
            factors[j + 1] = Rng.ToUnit(words.B) >= share ? kept : 0;
            factors[j + 2] = Rng.ToUnit(words.C) >= share ? kept : 0;
            factors[j + 3] = Rng.ToUnit(words.D) >= share ? kept : 0;
        }
    }
}
