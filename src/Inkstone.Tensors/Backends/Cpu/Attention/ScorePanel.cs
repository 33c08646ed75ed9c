using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Inkstone.Tensors;

/// <summary>Which keys of a block a panel of rows sees: all lie in [From, To), and whole column steps in [Low, High).</summary>
internal struct KeyRange
{
    public int Low;
    public int High;
    public int From;
    public int To;

    /// <summary>Whether no row of the panel sees a key of the block.</summary>
    public readonly bool IsEmpty => From >= To;

    /// <summary>The hull of the intervals of a panel's rows within the block of <paramref name="keys"/> keys from <paramref name="firstKey"/> on.</summary>
    public static unsafe KeyRange Of<TVector>(RowPlace* places, int count, int firstKey, int keys) where TVector : struct, ISimd<TVector>
    {
        int from = int.MaxValue, to = 0;
        for (var i = 0; i < count; i++)
        {
            from = Math.Min(from, places[i].From);
            to = Math.Max(to, places[i].To);
        }
        from = Math.Max(from - firstKey, 0);
        to = Math.Min(to - firstKey, keys);
        var step = TileProduct.ColumnStep<TVector>();
        return new() { From = from, To = to, Low = from & -step, High = (to + step - 1) & -step };
    }
}

/// <summary>
/// Scores of a panel of query rows against one block of keys, [rows, 64]: the product, the bias, the cap and the mask (−∞ where a row sees
/// nothing), which forward, backward and inspection share. Nothing depends on what other rows the panel has.
/// </summary>
internal static unsafe class ScorePanel
{
    private const int Block = TokenLayout.KeyBlock;

    private static ReadOnlySpan<int> Lanes => [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

    /// <summary>Computes the columns of <paramref name="range"/>.</summary>
    /// <param name="problem">The call.</param>
    /// <param name="sequence">The sequence of the rows and keys.</param>
    /// <param name="places">The rows.</param>
    /// <param name="count">How many rows.</param>
    /// <param name="queries">The rows' queries, times the scale.</param>
    /// <param name="queryRow">From one of them to the next.</param>
    /// <param name="keys">The block, transposed: [key width, 64].</param>
    /// <param name="relative">Each row's products with the table of relative keys, if there is one.</param>
    /// <param name="relativeRow">From one row of those to the next.</param>
    /// <param name="firstKey">The place of the block's first key.</param>
    /// <param name="range">The columns wanted.</param>
    /// <param name="scores">The result.</param>
    public static void Compute<TVector>(
        in AttentionProblem problem, in AttentionSequence sequence, RowPlace* places, int count, float* queries, nint queryRow, float* keys,
        float* relative, nint relativeRow, int firstKey, in KeyRange range, float* scores)
        where TVector : struct, ISimd<TVector>
    {
        TileProduct.Multiply<TVector>(
            count, range.High - range.Low, problem.KeyWidth, queries, queryRow, 1, keys + range.Low, Block, scores + range.Low, Block, OldSum.Replaced);
        Complete<TVector>(problem, sequence, places, count, relative, relativeRow, firstKey, range, scores);
    }

    /// <summary>Makes scores of the products that stand there.</summary>
    public static void Complete<TVector>(
        in AttentionProblem problem, in AttentionSequence sequence, RowPlace* places, int count, float* relative, nint relativeRow, int firstKey, in KeyRange range,
        float* scores)
        where TVector : struct, ISimd<TVector>
    {
        for (var i = 0; i < count; i++, scores += Block)
        {
            var place = places + i;
            if (problem.BiasKind != ScoreBias.None)
                AddBias<TVector>(problem, sequence, place, relative + i * relativeRow, firstKey, range, scores);
            if (problem.Form.SoftCap > 0)
                Cap<TVector>(problem.Form.SoftCap, range, scores);
            if (sequence.IsScattered)
                MaskScattered(sequence, place->Query, firstKey, range, scores);
            else if (place->From > firstKey + range.Low || place->To < firstKey + range.High)
                MaskInterval(place->From - firstKey, place->To - firstKey, range, scores);
        }
    }

    private static void AddBias<TVector>(
        in AttentionProblem problem, in AttentionSequence sequence, RowPlace* place, float* relative, int firstKey, in KeyRange range, float* scores)
        where TVector : struct, ISimd<TVector>
    {
        var bias = problem.Bias;
        switch (problem.BiasKind)
        {
            case ScoreBias.Slopes when sequence.HasConsecutivePositions(out var first):
                var slope = TVector.Broadcast(-*bias.At(0, place->Head));
                var lanes = TVector.Load((float*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(Lanes)));
                for (var j = range.Low; j < range.High; j += TVector.Count)
                {
                    var distance = TVector.FromInt32(TVector.AddInt32(lanes, TVector.BroadcastInt32(first + firstKey + j - place->Position)));
                    TVector.Store(TVector.MultiplyAdd(slope, TVector.Abs(distance), TVector.Load(scores + j)), scores + j);
                }
                break;
            case ScoreBias.Slopes:
                for (var j = range.From; j < range.To; j++)
                    scores[j] = MathF.FusedMultiplyAdd(
                        -*bias.At(0, place->Head), Math.Abs(sequence.KeyPosition(firstKey + j) - place->Position), scores[j]);
                break;
            case ScoreBias.Buckets:
                var reach = problem.BucketReach;
                for (var j = range.From; j < range.To; j++)
                    scores[j] += *bias.At(
                        problem.BucketOf[Math.Clamp(sequence.KeyPosition(firstKey + j) - place->Position, -reach, reach)], place->Head);
                break;
            default:
                for (var j = range.From; j < range.To; j++)
                    scores[j] += relative[RelativeKeys.IndexOf(problem, sequence.KeyPosition(firstKey + j) - place->Position)];
                break;
        }
    }

    private static void Cap<TVector>(float cap, in KeyRange range, float* scores) where TVector : struct, ISimd<TVector>
    {
        var factor = TVector.Broadcast(cap);
        var reciprocal = TVector.Broadcast(1 / cap);
        for (var j = range.Low; j < range.High; j += TVector.Count)
            TVector.Store(factor * SimdMath.Tanh(TVector.Load(scores + j) * reciprocal), scores + j);
    }

    private static void MaskInterval(int from, int to, in KeyRange range, float* scores)
    {
        from = Math.Clamp(from, range.Low, range.High);
        to = Math.Clamp(to, from, range.High);
        new Span<float>(scores + range.Low, from - range.Low).Fill(float.NegativeInfinity);
        new Span<float>(scores + to, range.High - to).Fill(float.NegativeInfinity);
    }

    private static void MaskScattered(in AttentionSequence sequence, int query, int firstKey, in KeyRange range, float* scores)
    {
        for (var j = range.Low; j < range.High; j++)
            if (j < range.From || j >= range.To || !sequence.Visible(query, firstKey + j))
                scores[j] = float.NegativeInfinity;
    }
}
