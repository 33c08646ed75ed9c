namespace Inkstone.Tokenizers;

/// <summary>What one call of Encode works with, rented from the model and given back: the ids so far, the cache, the merger.</summary>
internal sealed class EncodeScratch
{
    private const int LongestKept = 1 << 20;
    private int[] _ids = new int[1024];

    /// <summary>Pieces met lately.</summary>
    public WordCache Cache { get; } = new();

    /// <summary>For pieces too long for the quadratic loop.</summary>
    public LongPieceMerger LongPieces { get; } = new();

    /// <summary>For the unigram model.</summary>
    public UnigramPath UnigramPath { get; } = new();

    /// <summary>Set where a way of encoding is drawn at random.</summary>
    public Sampling? Sampling { get; set; }

    /// <summary>Set where the best ways of encoding are wanted.</summary>
    public EncodedWays? Ways { get; set; }

    /// <summary>The text on its way through normalisers and pre-tokenizers.</summary>
    public PreTokenizedText Text { get; } = new();

    /// <summary>The whole normalised text, where it is cut at tokens looked for in it.</summary>
    public NormalizedText Normalized { get; } = new();

    /// <summary>Pairs looked at by the short-piece loop so far: the work done, for tests.</summary>
    public long ShortSteps { get; set; }

    /// <summary>Steps of WordPiece through its trie so far: the work done, for tests.</summary>
    public long WordSteps { get; set; }

    /// <summary>How many ids there are.</summary>
    public int Count { get; private set; }

    /// <summary>The ids so far.</summary>
    public ReadOnlySpan<int> Ids => _ids.AsSpan(0, Count);

    /// <summary>Room for more ids at the end; <see cref="Advance"/> says how many were written.</summary>
    public Span<int> Reserve(int count)
    {
        if (_ids.Length - Count < count)
            Array.Resize(ref _ids, Math.Max(checked(Count + count), (int)Math.Min(2L * _ids.Length, Array.MaxLength)));
        return _ids.AsSpan(Count, count);
    }

    /// <summary>Takes over ids written into the room reserved.</summary>
    public void Advance(int count) => Count += count;

    /// <summary>Appends one id.</summary>
    public void Add(int id)
    {
        if (Count == _ids.Length)
            Reserve(1);
        _ids[Count++] = id;
    }

    /// <summary>Forgets the ids, and frees their memory if it was unusually much.</summary>
    public void Clear()
    {
        Count = 0;
        (Sampling, Ways) = (null, null);
        if (_ids.Length > LongestKept)
            _ids = new int[1024];
        UnigramPath.Trim();
        Text.Trim();
        Normalized.Trim();
    }
}
