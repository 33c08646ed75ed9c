using Inkstone.Foundation.Errors;

namespace Inkstone.Tensors;

/// <summary>
/// How the rows of a flat ragged batch lie in sequences, and all that a mask depends on. Rows of sequence s are
/// [<c>Starts[s]</c>, <c>Starts[s + 1]</c>); packed documents and requests served together are the same thing. Every mask is a
/// comparison of the small integers held here, so no mask is ever stored.
/// </summary>
public sealed class TokenLayout
{
    private int[] _starts;
    private int[]? _positions;
    private int[]? _blocks;

    /// <summary>Describes sequences by their bounds.</summary>
    /// <param name="starts">The first row of each sequence and, last, the number of rows; ascending from 0.</param>
    public TokenLayout(params int[] starts)
    {
        CheckStarts(starts);
        _starts = starts;
        SequenceCount = starts.Length - 1;
    }

    /// <summary>How many sequences there are.</summary>
    public int SequenceCount { get; private set; }

    /// <summary>How many rows there are in all.</summary>
    public int RowCount => _starts[SequenceCount];

    /// <summary>The first row of each sequence and, last, the number of rows.</summary>
    public ReadOnlySpan<int> Starts => _starts.AsSpan(0, SequenceCount + 1);

    /// <summary>Each row's position, [rows] or longer; null means 0, 1, 2, … within its sequence.</summary>
    public int[]? Positions
    {
        get => _positions;
        init => _positions = value is null || value.Length >= RowCount ? value : throw WrongPositions(RowCount, value.Length);
    }

    /// <summary>Each row's segment, [rows]; rows see only rows of their own segment. Null means one segment.</summary>
    public int[]? Segments { get; init; }

    /// <summary>How many first positions of each sequence everyone may see, [sequences] (<see cref="AttentionMask.Prefix"/>).</summary>
    public int[]? PrefixLengths { get; init; }

    /// <summary>Each row's rank in its sequence's permutation, [rows] (the permuted masks).</summary>
    public int[]? Ranks { get; init; }

    /// <summary>
    /// For trees of drafts: each row's place in the tree's preorder and the end of its subtree, [rows] each; a key is visible to the
    /// queries whose place lies within the key's own subtree. Rows outside any tree have place int.MaxValue as queries see all,
    /// and an interval of [0, int.MaxValue].
    /// </summary>
    public int[]? TreePlaces { get; init; }

    /// <inheritdoc cref="TreePlaces"/>
    public int[]? TreeEnds { get; init; }

    /// <summary>
    /// For keys in a paged cache [blocks, heads, <see cref="KeyBlock"/>, width]: the block of each <see cref="KeyBlock"/> keys, sequence after sequence
    /// (sequence s has ⌈length / 64⌉ of them; the array may be longer). Null means keys lie where <see cref="Starts"/> says.
    /// </summary>
    public int[]? Blocks
    {
        get => _blocks;
        init => _blocks = value;
    }

    /// <summary>
    /// Attention folds keys in blocks of this many, at absolute places in their sequence, in ascending order; in a paged cache those of one head lie together.
    /// </summary>
    public const int KeyBlock = 64;

    /// <summary>Rows of one sequence.</summary>
    public int Length(int sequence) => _starts[sequence + 1] - _starts[sequence];

    /// <summary>The position of a row, given its sequence.</summary>
    public int PositionOf(int row, int sequence) => Positions is null ? row - _starts[sequence] : Positions[row];

    /// <summary>The longest sequence's length.</summary>
    public int LongestLength
    {
        get
        {
            var longest = 0;
            for (var s = 0; s < SequenceCount; s++)
                longest = Math.Max(longest, Length(s));
            return longest;
        }
    }

    /// <summary>One layout over <paramref name="count"/> sequences of one length.</summary>
    public static TokenLayout Uniform(int count, int length)
    {
        var starts = new int[count + 1];
        for (var i = 0; i <= count; i++)
            starts[i] = checked(i * length);
        return new TokenLayout(starts);
    }

    /// <summary>Describes other rows in the same memory; for <see cref="LayoutBuffer"/> alone, whose layouts own their arrays.</summary>
    internal void Refill(ReadOnlySpan<int> starts, ReadOnlySpan<int> positions, ReadOnlySpan<int> blocks, bool isPaged)
    {
        CheckStarts(starts);
        if (!positions.IsEmpty && positions.Length != starts[^1])
            throw WrongPositions(starts[^1], positions.Length);
        _starts = Copied(starts, _starts);
        _positions = positions.IsEmpty ? null : Copied(positions, _positions);
        _blocks = isPaged ? Copied(blocks, _blocks) : null;
        SequenceCount = starts.Length - 1;
    }

    /// <summary>Whether the query row may see the key row under a form's rules: the specification of every mask.</summary>
    /// <param name="form">The layer's form.</param>
    /// <param name="queries">The queries' layout.</param>
    /// <param name="query">A row of it.</param>
    /// <param name="keys">The keys' layout.</param>
    /// <param name="key">A row of it.</param>
    /// <param name="sequence">The sequence both rows are of.</param>
    public static bool Visible(AttentionForm form, TokenLayout queries, int query, TokenLayout keys, int key, int sequence)
    {
        if (queries.Segments is { } qs && keys.Segments is { } ks && qs[query] != ks[key])
            return false;
        var q = queries.PositionOf(query, sequence);
        var k = keys.PositionOf(key, sequence);
        var distance = Math.Abs(q - k);
        if (form.Window > 0 || form.Stride > 1)
        {
            var near = form.Window > 0 && distance < form.Window;
            var onStride = form.Stride > 1 && distance % form.Stride == 0;
            if (!near && !onStride)
                return false;
        }
        if (queries.TreePlaces is { } places && keys.TreePlaces is { } keyPlaces && keys.TreeEnds is { } ends
            && (places[query] < keyPlaces[key] || places[query] >= ends[key]))
            return false;
        return form.Mask switch
        {
            AttentionMask.Bidirectional => true,
            AttentionMask.Causal => k <= q,
            AttentionMask.Prefix => k <= q || k < (keys.PrefixLengths?[sequence] ?? 0),
            AttentionMask.PermutedBefore => keys.Ranks![key] < queries.Ranks![query],
            _ => keys.Ranks![key] <= queries.Ranks![query],
        };
    }

    private static void CheckStarts(ReadOnlySpan<int> starts)
    {
        if (starts.Length < 1 || starts[0] != 0)
            throw new InkstoneRequestException("sequence bounds must begin at row 0", "TokenLayout");
        for (var i = 1; i < starts.Length; i++)
            if (starts[i] < starts[i - 1])
                throw new InkstoneRequestException("sequence bounds must ascend", "TokenLayout", found: $"{starts[i - 1]} before {starts[i]}");
    }

    private static InkstoneRequestException WrongPositions(int rows, int found) =>
        new("every row has one position", "TokenLayout", $"{rows} positions", $"{found}");

    /// <summary>Numbers in an array that is used again as long as it is large enough, and doubled when it is not.</summary>
    private static int[] Copied(ReadOnlySpan<int> source, int[]? array)
    {
        if (array is null || array.Length < source.Length)
            array = new int[Math.Max(source.Length, 2 * (array?.Length ?? 0))];
        source.CopyTo(array);
        return array;
    }
}
