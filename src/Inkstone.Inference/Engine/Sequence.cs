namespace Inkstone.Inference;

/// <summary>A run of tokens inside the engine, and where their keys and values lie.</summary>
internal sealed class Sequence
{
    private readonly BlockPool _pool;
    private readonly int[] _tokens;
    private Proposal[] _proposals = [];
    private int _draftIndex;

    /// <summary>Makes room for all the tokens it may come to have, so that no turn has to.</summary>
    /// <param name="request">Whose it is.</param>
    /// <param name="prompt">What it begins with, shorter than the context.</param>
    /// <param name="capacity">The most tokens it may come to have.</param>
    /// <param name="sampling">How its tokens are drawn.</param>
    /// <param name="pool">Where its blocks come from.</param>
    public Sequence(Request request, ReadOnlySpan<int> prompt, int capacity, SamplingOptions sampling, BlockPool pool)
        : this(request, prompt, capacity, sampling, pool, new BlockTable(pool, capacity)) => PromptLength = prompt.Length;

    private Sequence(Request request, ReadOnlySpan<int> tokens, int capacity, SamplingOptions sampling, BlockPool pool, BlockTable table)
    {
        (Request, Sampling, Table, _pool, _tokens, Length) = (request, sampling, table, pool, new int[capacity], tokens.Length);
        tokens.CopyTo(_tokens);
    }

    public Request Request { get; }

    public SamplingOptions Sampling { get; }

    public BlockTable Table { get; }

    /// <summary>Where the draft model's keys and values lie.</summary>
    public BlockTable? DraftTable { get; set; }

    /// <summary>What an encoder-decoder reads.</summary>
    public int[] Source { get; init; } = [];

    /// <summary>Where the keys and values of the source lie, read whole or not at all.</summary>
    public BlockTable? SourceTable { get; init; }

    /// <summary>The source, while its keys and values are not in the cache.</summary>
    public ReadOnlyMemory<int> PendingSource => SourceTable is { Length: 0 } ? Source : default;

    public ITokenConstraint? Constraint { get; init; }

    /// <summary>Which of its request's sequences it is.</summary>
    public int Number { get; init; }

    /// <summary>All tokens, the prompt's and those drawn.</summary>
    public ReadOnlySpan<int> Tokens => _tokens.AsSpan(0, Length);

    public int Length { get; private set; }

    public int PromptLength { get; private set; }

    public int DrawnCount { get; private set; }

    public int Capacity => _tokens.Length;

    /// <summary>Tokens whose keys and values are not yet in the cache.</summary>
    public int PendingCount => Length - Table.Length;

    /// <summary>How many rows of the prompt have given their scores, where they are wanted.</summary>
    public int ScoredCount { get; set; }

    /// <summary>How many first tokens were found in the cache when the sequence began; −1 before.</summary>
    public int CachedCount { get; private set; } = -1;

    /// <summary>Whether it has given its scores and waits for its request to go on with it.</summary>
    public bool IsWaiting { get; set; }

    /// <summary>Whether it is finished.</summary>
    public bool IsOver { get; private set; }

    /// <summary>Tokens guessed after the last one, not yet known to hold.</summary>
    public int DraftCount { get; private set; }

    /// <summary>Whether the next row of the turn belongs to the sequence: the guess it was computed from has held.</summary>
    public bool RowHolds { get; private set; }

    /// <summary>What the draft model proposed for the next token; null when it did not.</summary>
    public Proposal? NextProposal => DraftCount > 0 && _draftIndex < _proposals.Length ? _proposals[_draftIndex] : null;

    /// <summary>The tokens after those whose keys and values are in the cache, guesses included.</summary>
    public ReadOnlyMemory<int> Rows(int count) => _tokens.AsMemory(Table.Length, count);

    /// <summary>The same for the draft model's cache.</summary>
    public ReadOnlyMemory<int> DraftRows(int start, int count) => _tokens.AsMemory(start, count);

    /// <summary>The tokens so far with the first guesses behind them.</summary>
    public ReadOnlySpan<int> TokensWithDrafts(int drafts) => _tokens.AsSpan(0, Length + drafts);

    /// <summary>Looks for blocks that hold its first tokens already.</summary>
    public void Adopt()
    {
        var skips = !Request.ScoresPrompt || ScoredCount >= PromptLength - 1;
        if (skips && Request.CacheSalt is { } salt)
            Table.Adopt(Tokens, salt);
        if (CachedCount < 0)
            CachedCount = Table.Length;
    }

    /// <summary>Makes room for this many more rows and for the source, where it is to be read. False when blocks run out.</summary>
    public bool TryReserve(int rows) => Table.TryReserve(rows) && (PendingSource.IsEmpty || SourceTable!.TryReserve(Source.Length));

    /// <summary>Says what the next turn guesses: room for this many tokens after the last one.</summary>
    public void Speculate(int count) => (DraftCount, _draftIndex, RowHolds) = (count, 0, true);

    /// <summary>Sets a guess.</summary>
    public void SetDraft(int index, int token) => _tokens[Length + index] = token;

    /// <summary>Where the draft model puts what it proposes for a place.</summary>
    public Proposal ProposalAt(int index)
    {
        if (_proposals.Length <= index)
            Array.Resize(ref _proposals, index + 1);
        return _proposals[index] ??= new Proposal();
    }

    /// <summary>Adds a token. A guess in its place holds when it is the same.</summary>
    public void Add(int token)
    {
        RowHolds = DraftCount > 0 && _tokens[Length] == token;
        DraftCount = RowHolds ? DraftCount - 1 : 0;
        _draftIndex++;
        _tokens[Length++] = token;
        DrawnCount++;
    }

    /// <summary>A sequence of the same tokens that shares the blocks and goes its own way.</summary>
    /// <param name="number">Its number in the request.</param>
    /// <param name="sampling">How its tokens are drawn; null as this one's.</param>
    public Sequence Fork(int number, SamplingOptions? sampling = null)
    {
        // the caller's own, which may throw: before any block is shared
        var constraint = Constraint?.Fork();
        return new(Request, Tokens, Capacity, sampling ?? Sampling, _pool, Table.Fork())
        {
            Constraint = constraint,
            Number = number,
            PromptLength = PromptLength,
            DrawnCount = DrawnCount,
            ScoredCount = ScoredCount,
            CachedCount = CachedCount,
            Source = Source,
            SourceTable = SourceTable?.Fork(),
        };
    }

    /// <summary>Takes the last tokens back; a constraint is not taken back with them.</summary>
    public void Rewind(int length)
    {
        DrawnCount = Math.Max(0, DrawnCount - (Length - length));
        (Length, PromptLength) = (length, Math.Min(PromptLength, length));
        Speculate(0);
        DropUnheld();
    }

    /// <summary>Takes back what was computed from guesses that did not hold; the last token's own row is to be computed.</summary>
    public void DropUnheld()
    {
        DraftCount = 0;
        Table.Rewind(Math.Min(Table.Length, Length - 1));
        DraftTable?.Rewind(Math.Min(DraftTable.Length, Length - 1));
    }

    /// <summary>Drops the older half of the tokens after a kept prefix; the rest is computed again.</summary>
    /// <returns>How many were dropped.</returns>
    public int Shift(int kept)
    {
        var dropped = DroppedBy(Length, kept);
        kept = Math.Min(kept, Length - dropped);
        _tokens.AsSpan(kept + dropped, Length - kept - dropped).CopyTo(_tokens.AsSpan(kept));
        PromptLength -= Math.Clamp(PromptLength - kept, 0, dropped);
        Length -= dropped;
        GiveBack();
        return dropped;
    }

    /// <summary>How many tokens a shift drops.</summary>
    public static int DroppedBy(int length, int kept) => Math.Max(1, (length - kept) / 2);

    /// <summary>Gives all blocks back; the tokens are computed again when their turn comes.</summary>
    public void GiveBack()
    {
        Table.Release();
        DraftTable?.Release();
        SourceTable?.Release();
    }

    public void Close()
    {
        GiveBack();
        IsOver = true;
    }
}
