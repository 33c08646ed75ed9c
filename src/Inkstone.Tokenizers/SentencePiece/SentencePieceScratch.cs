namespace Inkstone.Tokenizers;

/// <summary>What one call of a SentencePiece model works with: prepared text, ids so far, and the memory of its algorithm.</summary>
internal sealed class SentencePieceScratch
{
    private const int LongestKept = 1 << 20;
    private byte[] _text = new byte[1024];
    private int[] _ids = new int[1024];
    private int _textLength;

    /// <summary>The ids so far.</summary>
    public ReadOnlySpan<int> Ids => _ids.AsSpan(0, Count);

    /// <summary>How many ids there are.</summary>
    public int Count { get; private set; }

    /// <summary>The prepared text.</summary>
    public ReadOnlySpan<byte> Text => _text.AsSpan(0, _textLength);

    /// <summary>For the unigram model.</summary>
    public UnigramPath Path { get; } = new();

    /// <summary>Words met lately by the unigram model.</summary>
    public UnigramCache UnigramWords { get; } = new();

    /// <summary>Words met lately by the BPE model.</summary>
    public WordCache Words { get; } = new();

    /// <summary>For the BPE model.</summary>
    public ScoredMerger Merger { get; } = new();

    /// <summary>Set where a way of encoding is drawn at random.</summary>
    public Sampling? Sampling { get; set; }

    /// <summary>Whether the last piece given out was unknown text, to which more of it adds no id.</summary>
    public bool EndsUnknown { get; set; }

    /// <summary>Adds an id.</summary>
    public void Add(int id)
    {
        if (Count == _ids.Length)
            Array.Resize(ref _ids, 2 * Count);
        _ids[Count++] = id;
    }

    /// <summary>Adds ids.</summary>
    public void Add(ReadOnlySpan<int> ids)
    {
        if (_ids.Length - Count < ids.Length)
            Array.Resize(ref _ids, Math.Max(2 * Count, Count + ids.Length));
        ids.CopyTo(_ids.AsSpan(Count));
        Count += ids.Length;
    }

    /// <summary>Begins a text; the ids stay.</summary>
    public void BeginText() => (_textLength, EndsUnknown) = (0, false);

    /// <summary>Room for at least so many more bytes of prepared text.</summary>
    public Span<byte> ReserveText(int count)
    {
        if (_text.Length - _textLength < count)
            Array.Resize(ref _text, checked((int)Math.Min(Math.Max((long)_textLength + count, 2L * _text.Length), Array.MaxLength)));
        return _text.AsSpan(_textLength);
    }

    /// <summary>Takes over bytes written into the room reserved.</summary>
    public void AdvanceText(int count) => _textLength += count;

    /// <summary>Forgets bytes at the end of the prepared text.</summary>
    public void TrimText(int length) => _textLength = length;

    /// <summary>Forgets text and ids, and frees memory that was unusually much.</summary>
    public void Clear()
    {
        BeginText();
        Count = 0;
        Sampling = null;
        if (_text.Length > LongestKept)
            _text = new byte[1024];
        if (_ids.Length > LongestKept)
            _ids = new int[1024];
        Path.Trim();
        Merger.Trim();
    }
}
