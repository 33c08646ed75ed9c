namespace Inkstone.Tokenizers;

/// <summary>
/// Text on its way through the pre-tokenizers: the normalised text and the pieces it is cut into so far, in their order. What lies
/// between pieces has been dropped. A stage that cuts gives the new pieces of each piece (<see cref="BeginCut"/>, <see cref="Add"/>,
/// <see cref="EndCut"/>); one that rewrites does so within <see cref="NormalizedText.BeginRewrite"/> and adds pieces by where they come to lie.
/// </summary>
internal sealed class PreTokenizedText
{
    private TextRange[] _pieces = new TextRange[64];
    private TextRange[] _next = new TextRange[64];
    private int _count;
    private int _nextCount;

    /// <summary>The text.</summary>
    public NormalizedText Text { get; } = new();

    /// <summary>The pieces so far.</summary>
    public ReadOnlySpan<TextRange> Pieces => _pieces.AsSpan(0, _count);

    /// <summary>Ranges for the use of one stage at a time.</summary>
    public List<TextRange> Ranges { get; } = [];

    /// <summary>Begins anew: a part of the text is one piece.</summary>
    public void Begin(int start, int end)
    {
        _count = 0;
        if (start < end)
            _pieces[_count++] = new(start, end);
    }

    /// <summary>Begins to cut: what is added from here on takes the place of the pieces.</summary>
    public void BeginCut() => _nextCount = 0;

    /// <summary>Adds a piece; an empty one is nothing.</summary>
    public void Add(int start, int end)
    {
        if (start >= end)
            return;
        if (_nextCount == _next.Length)
            Array.Resize(ref _next, checked(2 * _nextCount));
        _next[_nextCount++] = new(start, end);
    }

    /// <summary>Makes what was added the pieces.</summary>
    public void EndCut()
    {
        (_pieces, _next) = (_next, _pieces);
        _count = _nextCount;
    }

    /// <summary>Gives back memory that an unusual text took.</summary>
    public void Trim()
    {
        if (_pieces.Length > 1 << 20 || _next.Length > 1 << 20)
            (_pieces, _next) = (new TextRange[64], new TextRange[64]);
        Text.Trim();
    }
}
