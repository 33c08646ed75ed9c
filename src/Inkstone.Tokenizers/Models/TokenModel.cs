namespace Inkstone.Tokenizers;

/// <summary>
/// The part of a tokenizer that turns one piece of text, as the stages before it cut it, into ids: byte pair encoding, WordPiece, unigram
/// or a list of words. Immutable; each call works in an <see cref="EncodeScratch"/> of its own.
/// </summary>
internal abstract class TokenModel
{
    private readonly EncodeScratch?[] _spares = new EncodeScratch?[Environment.ProcessorCount];

    /// <summary>One more than the highest id of the vocabulary.</summary>
    public abstract int Count { get; }

    /// <summary>Whether the model prepares text itself: it takes the source as it is, whole, and needs nothing before it.</summary>
    public virtual bool TakesSource => false;

    /// <summary>The kind of model, as the field calls it.</summary>
    public abstract string Name { get; }

    /// <summary>The id of unknown text; −1 for none.</summary>
    public abstract int UnknownId { get; }

    /// <summary>A token as files and vocabulary lists show it; null for an id the vocabulary leaves unused.</summary>
    public abstract string? Text(int id);

    /// <summary>The id of a token as files show it, or −1.</summary>
    public abstract int Find(string text);

    /// <summary>Appends the ids of one piece.</summary>
    public abstract void EncodePiece(ReadOnlySpan<byte> piece, EncodeScratch scratch);

    /// <summary>Appends the ids of one way of encoding a piece, drawn at random; the one way there is, where the model knows no other.</summary>
    public virtual void SamplePiece(ReadOnlySpan<byte> piece, Sampling sampling, EncodeScratch scratch) => EncodePiece(piece, scratch);

    /// <summary>The best ways of encoding a piece, best first; the one way there is, where the model knows no other.</summary>
    public virtual IReadOnlyList<(int[] Ids, double Score)> BestWays(ReadOnlySpan<byte> piece, int count) => [(EncodeWhole(piece), 0)];

    /// <summary>For each id that <see cref="EncodePiece"/> gave for a piece, the part of the piece it stands for.</summary>
    /// <param name="piece">The piece.</param>
    /// <param name="ids">Its ids.</param>
    /// <param name="parts">Takes as many ranges, in bytes of the piece.</param>
    public abstract void Locate(ReadOnlySpan<byte> piece, ReadOnlySpan<int> ids, Span<TextRange> parts);

    /// <summary>The vocabulary, for an edit to change.</summary>
    public abstract VocabularyDraft TakeApart();

    /// <summary>Appends the ids of one piece, which are looked up where it was met lately.</summary>
    /// <param name="text">The text the piece is part of.</param>
    /// <param name="start">Where the piece begins.</param>
    /// <param name="length">Its length.</param>
    /// <param name="scratch">Working memory rented from this model.</param>
    public void EncodeCached(ReadOnlySpan<byte> text, int start, int length, EncodeScratch scratch)
    {
        if (scratch.Sampling is not null || scratch.Ways is not null)
        {
            EncodeOtherwise(text.Slice(start, length), scratch);
            return;
        }
        if (length > WordCache.LongestPiece)
        {
            EncodePiece(text.Slice(start, length), scratch);
            return;
        }
        ByteHash.Pack(text, start, length, out var low, out var high);
        var known = scratch.Cache.Find(low, high);
        if (known.Length == 1)
            scratch.Add(known[0]);
        else if (!known.IsEmpty)
        {
            known.CopyTo(scratch.Reserve(known.Length));
            scratch.Advance(known.Length);
        }
        else
        {
            var before = scratch.Count;
            EncodePiece(text.Slice(start, length), scratch);
            var tokens = scratch.Ids[before..];
            if (tokens.Length <= WordCache.MostTokens)
                scratch.Cache.Add(low, high, tokens);
        }
    }

    /// <summary>Encodes a piece as the scratch wants it: at random, or in the best ways.</summary>
    public void EncodeOtherwise(ReadOnlySpan<byte> piece, EncodeScratch scratch)
    {
        if (scratch.Ways is { } ways)
            ways.Extend(scratch, BestWays(piece, ways.Count));
        else if (scratch.Sampling is { } sampling)
            SamplePiece(piece, sampling, scratch);
        else
            EncodePiece(piece, scratch);
    }

    /// <summary>Appends the ids of a text that one scanner cuts.</summary>
    public void Encode(ReadOnlySpan<byte> utf8, PreTokenizer scanner, EncodeScratch scratch)
    {
        for (int start = 0, end; start < utf8.Length; start = end)
        {
            end = scanner.Next(utf8, start);
            EncodeCached(utf8, start, end - start, scratch);
        }
    }

    /// <summary>The ids of one piece by themselves.</summary>
    public int[] EncodeWhole(ReadOnlySpan<byte> piece)
    {
        var scratch = Rent();
        EncodePiece(piece, scratch);
        int[] ids = [.. scratch.Ids];
        Return(scratch);
        return ids;
    }

    /// <summary>Working memory for one call; the same few go from call to call.</summary>
    public EncodeScratch Rent()
    {
        foreach (ref var spare in _spares.AsSpan())
        {
            if (spare is not null && Interlocked.Exchange(ref spare, null) is { } scratch)
                return scratch;
        }
        return new EncodeScratch();
    }

    /// <summary>Gives working memory back; one for each processor is kept.</summary>
    public void Return(EncodeScratch scratch)
    {
        scratch.Clear();
        foreach (ref var spare in _spares.AsSpan())
        {
            if (spare is null && Interlocked.CompareExchange(ref spare, scratch, null) is null)
                return;
        }
    }
}
