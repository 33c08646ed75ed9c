namespace Inkstone.Training;

/// <summary>
/// The sequences of one batch, before an objective has made inputs and targets of them. A sequence of n rows shows n + 1 tokens: the last is only
/// predicted. Sequences look into the data set; nothing is copied.
/// </summary>
public sealed class TokenExamples
{
    private readonly TokenDataset _data;
    private readonly List<Stretch> _stretches = [];

    internal TokenExamples(TokenDataset data, long index)
    {
        _data = data;
        Index = index;
    }

    /// <summary>The batch's number in its data set's order, from 0.</summary>
    public long Index { get; }

    /// <summary>How many sequences there are.</summary>
    public int SequenceCount => _stretches.Count;

    /// <summary>How many rows (tokens with a token after them) there are in all sequences.</summary>
    public int RowCount { get; private set; }

    /// <summary>The tokens of a sequence: its rows and the token after the last.</summary>
    public ReadOnlySpan<int> Sequence(int sequence)
    {
        var (start, rows) = _stretches[sequence];
        return _data.Tokens.Slice(start, rows + 1);
    }

    /// <summary>The document a sequence is of.</summary>
    public int DocumentOf(int sequence) => _data.DocumentAt(_stretches[sequence].Start);

    internal void Add(int start, int rows)
    {
        _stretches.Add(new(start, rows));
        RowCount += rows;
    }

    private readonly record struct Stretch(int Start, int Rows);
}
