using Inkstone.Foundation.Randomness;

namespace Inkstone.Tensors.Tests;

/// <summary>Random problems: every member of the form and the layout takes part, alone and together.</summary>
internal static class AttentionCases
{
    public static AttentionCase Make(int number)
    {
        var random = Rng.From(1000 + number);
        var draw = random.Split("case").Cursor();
        var mask = (AttentionMask)(number % 5);
        var bias = (ScoreBias)(number / 5 % 4);
        var pairs = 1 + draw.NextInt(2);
        var heads = pairs * (1 + draw.NextInt(3));
        var sequences = 1 + draw.NextInt(3);
        var cross = mask == AttentionMask.Bidirectional && draw.NextInt(2) == 0;
        var longest = number % 7 == 0 ? 300 : 90;

        var queryLengths = Enumerable.Range(0, sequences).Select(_ => draw.NextInt(longest)).ToArray();
        var keyLengths = cross ? [.. queryLengths.Select(_ => draw.NextInt(longest))] : queryLengths;
        var queries = Starts(queryLengths);
        var keys = Starts(keyLengths);
        var permuted = mask is AttentionMask.PermutedBefore or AttentionMask.PermutedUpTo;
        var queryPositions = Maybe(() => Positions(queryLengths, draw));
        var querySegments = Maybe(() => Segments(queries[^1], draw));
        var ranks = permuted ? Ranks(queryLengths, draw) : null;
        var (places, ends) = draw.NextInt(6) == 0 && !cross ? Tree(queryLengths, draw) : (null, null);
        var queryLayout = new TokenLayout(queries)
        {
            Positions = queryPositions,
            Segments = querySegments,
            Ranks = ranks,
            TreePlaces = places,
            TreeEnds = ends,
        };
        var keyLayout = cross
            ? new TokenLayout(keys) { Positions = Maybe(() => Positions(keyLengths, draw)), Segments = Maybe(() => Segments(keys[^1], draw)) }
            : new TokenLayout(keys)
            {
                Positions = queryPositions,
                Segments = querySegments,
                Ranks = ranks,
                TreePlaces = places,
                TreeEnds = ends,
                PrefixLengths = mask == AttentionMask.Prefix && draw.NextInt(4) > 0 ? [.. keyLengths.Select(n => draw.NextInt(n + 1))] : null,
            };
        var reach = draw.NextInt(40);
        return new()
        {
            Random = random,
            QueryLayout = queryLayout,
            KeyLayout = keyLayout,
            Heads = heads,
            KeyValueHeads = pairs,
            KeyWidth = new[] { 1, 3, 8, 12, 16, 20, 32, 64 }[draw.NextInt(8)],
            ValueWidth = new[] { 1, 5, 8, 16, 24, 32, 40, 64 }[draw.NextInt(8)],
            Gap = draw.NextInt(2) * 5,
            HasSinks = draw.NextInt(3) == 0,
            BiasCount = bias == ScoreBias.RelativeKeys ? 2 * reach + 1 : 8 + 2 * draw.NextInt(12),
            Form = new()
            {
                Mask = mask,
                Bias = bias,
                Scale = draw.NextInt(2) == 0 ? null : 0.3f,
                Window = draw.NextInt(3) == 0 ? 1 + draw.NextInt(100) : 0,
                Stride = draw.NextInt(8) == 0 ? 2 + draw.NextInt(5) : 1,
                SoftCap = draw.NextInt(3) == 0 ? 1.5f : 0,
                BidirectionalBuckets = draw.NextInt(2) == 0,
                MaximumBucketDistance = 20 + draw.NextInt(100),
                Dropout = draw.NextInt(3) == 0 ? 0.25f : 0,
            },
        };

        T? Maybe<T>(Func<T> make) where T : class => draw.NextInt(4) == 0 ? make() : null;
    }

    public static int[] Starts(params int[] lengths)
    {
        var starts = new int[lengths.Length + 1];
        for (var i = 0; i < lengths.Length; i++)
            starts[i + 1] = starts[i] + lengths[i];
        return starts;
    }

    private static int[] Positions(int[] lengths, RngCursor draw)
    {
        // consecutive from some position on, or ascending with gaps
        var gaps = draw.NextInt(2) == 0;
        return [.. lengths.SelectMany(n =>
        {
            var at = draw.NextInt(10);
            return Enumerable.Range(0, n).Select(_ => at += gaps ? 1 + draw.NextInt(3) : 1);
        })];
    }

    private static int[] Segments(int rows, RngCursor draw)
    {
        var sorted = draw.NextInt(2) == 0;
        var values = Enumerable.Range(0, rows).Select(_ => draw.NextInt(3)).ToArray();
        if (sorted)
            Array.Sort(values);
        return values;
    }

    private static int[] Ranks(int[] lengths, RngCursor draw) =>
        [.. lengths.SelectMany(n =>
        {
            var ranks = Enumerable.Range(0, n).ToArray();
            draw.Shuffle<int>(ranks);
            return ranks;
        })];

    /// <summary>A root path, then a random tree in preorder; rows before it are outside of any tree.</summary>
    private static (int[] Places, int[] Ends) Tree(int[] lengths, RngCursor draw)
    {
        List<int> places = [], ends = [];
        foreach (var n in lengths)
        {
            var outside = n == 0 ? 0 : draw.NextInt(n);
            var size = n - outside;
            var parents = new int[size];
            var end = new int[size];
            for (var i = 0; i < size; i++)
            {
                parents[i] = i == 0 ? -1 : i - 1;
                while (parents[i] > 0 && draw.NextInt(2) == 0)
                    parents[i] = parents[parents[i]];
                for (var up = i; up >= 0; up = parents[up])
                    end[up] = i + 1;
            }
            places.AddRange(Enumerable.Repeat(int.MaxValue, outside).Concat(Enumerable.Range(0, size)));
            ends.AddRange(Enumerable.Repeat(int.MaxValue, outside).Concat(end));
        }
        return ([.. places], [.. ends]);
    }
}
