using System.Buffers.Binary;
using System.Security.Cryptography;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Randomness;

namespace Inkstone.Training;

/// <summary>
/// Documents as tokens, packed back to back, and batches of them. A document is BOS, its text, EOS (one id may serve as both); each of its tokens but the last
/// is a row, whose target is the token after it: so EOS is a target and BOS never is. Documents of more rows than the context are cut into pieces of at most
/// the context's rows, each a sequence of its own.
/// <para>
/// A batch of R rows takes the next R rows of the pieces in their shuffled order; a piece at the border is cut, and its rest begins the next batch as a sequence of
/// its own. When an epoch ends in the middle of a batch, the batch goes on with the next epoch, so every batch is full however short the text. Batch b is a
/// function of (stream, b) alone: resuming replays nothing.
/// </para>
/// <para>Nothing that a caller can see changes: any number of trainers on any threads may share one data set.</para>
/// </summary>
public sealed partial class TokenDataset
{
    private readonly int[] _tokens;
    private readonly int[] _documentStarts;
    private readonly int[] _pieceStarts;
    private readonly int[] _pieceRows;
    private readonly int[]? _bytesOfToken;
    private volatile EpochOrder? _latestOrder; // the one asked for last, kept because the next batch mostly asks for it again
    private string? _digest;

    private TokenDataset(int[] tokens, int[] documentStarts, int contextLength, int[]? bytesOfToken)
    {
        _tokens = tokens;
        _documentStarts = documentStarts;
        _bytesOfToken = bytesOfToken;
        ContextLength = contextLength;
        (_pieceStarts, _pieceRows) = CutPieces(tokens.Length, documentStarts, contextLength);
        for (var i = 0; i < tokens.Length; i++)
            LargestId = Math.Max(LargestId, tokens[i]);
        if (bytesOfToken is not null)
        {
            var bytes = 0L;
            foreach (var token in tokens)
                bytes += bytesOfToken[token];
            TextBytes = bytes;
        }
    }

    /// <summary>The most rows of a sequence.</summary>
    public int ContextLength { get; }

    /// <summary>How many documents there are.</summary>
    public int DocumentCount => _documentStarts.Length;

    /// <summary>How many tokens there are, BOS and EOS counted.</summary>
    public int TokenCount => _tokens.Length;

    /// <summary>How many rows, and so targets, one pass over the text has: every token but each document's first.</summary>
    public long EpochRows => _tokens.Length - _documentStarts.Length;

    /// <summary>The UTF-8 bytes of the text, special tokens not counted; 0 when the tokens were given without a tokenizer.</summary>
    public long TextBytes { get; }

    /// <summary>The highest token id.</summary>
    public int LargestId { get; }

    /// <summary>The SHA-256 of the tokens, the documents' bounds and the context length: what a checkpoint knows the text by.</summary>
    public string Digest => _digest ??= ComputeDigest();

    /// <summary>All documents' tokens, back to back.</summary>
    public ReadOnlySpan<int> Tokens => _tokens;

    /// <summary>The index of each document's first token.</summary>
    public ReadOnlySpan<int> DocumentStarts => _documentStarts;

    /// <summary>Packs documents that are tokens already; empty ones are left out.</summary>
    /// <param name="documents">The tokens of each document, without BOS and EOS.</param>
    /// <param name="beginOfText">The id that opens a document.</param>
    /// <param name="endOfText">The id that closes a document.</param>
    /// <param name="contextLength">The most rows of a sequence.</param>
    /// <exception cref="InkstoneRequestException">There are no documents.</exception>
    public static TokenDataset FromTokens(IEnumerable<int[]> documents, int beginOfText, int endOfText, int contextLength) =>
        Build(documents, beginOfText, endOfText, contextLength, null);

    /// <summary>Takes documents that are packed already, each with its BOS and EOS.</summary>
    /// <param name="tokens">All documents' tokens, back to back; not copied.</param>
    /// <param name="documentStarts">The index of each document's first token: ascending from 0. A document has two tokens or more.</param>
    /// <param name="contextLength">The most rows of a sequence.</param>
    /// <exception cref="InkstoneRequestException">There are no documents, or their bounds are not in order.</exception>
    public static TokenDataset FromPacked(int[] tokens, int[] documentStarts, int contextLength)
    {
        OptionRule.InRange(nameof(contextLength), contextLength, 1, 1 << 24);
        for (var d = 0; d < documentStarts.Length; d++)
        {
            var end = d + 1 < documentStarts.Length ? documentStarts[d + 1] : tokens.Length;
            if (documentStarts[0] != 0 || end - documentStarts[d] < 2)
                throw new InkstoneRequestException("the documents' bounds are not in order", nameof(documentStarts), "ascending from 0, two tokens or more each",
                    $"document {OptionRule.Text(d)} from {OptionRule.Text(documentStarts[d])} to {OptionRule.Text(end)}");
        }
        return documentStarts.Length == 0 ? throw NoText() : new TokenDataset(tokens, documentStarts, contextLength, null);
    }

    /// <summary>Batch number <paramref name="index"/> of <paramref name="rows"/> rows, in the order of a stream.</summary>
    /// <param name="index">The batch's number, from 0; there is no last one.</param>
    /// <param name="rows">The rows of every batch.</param>
    /// <param name="order">The stream of the epochs' orders; null takes the documents as they lie.</param>
    public TokenExamples Batch(long index, int rows, Rng? order)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rows);
        var examples = new TokenExamples(this, index);
        Fill(examples, checked(index * rows), rows, order);
        return examples;
    }

    /// <summary>One pass over the text as it lies, in batches of at most this many rows; the last may be smaller.</summary>
    public IEnumerable<TokenExamples> InOrder(int rows)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rows);
        for (long index = 0, row = 0; row < EpochRows; index++, row += rows)
        {
            var examples = new TokenExamples(this, index);
            Fill(examples, row, (int)Math.Min(rows, EpochRows - row), null);
            yield return examples;
        }
    }

    /// <summary>The UTF-8 bytes of text that a batch's targets stand for; 0 when the data set does not know them.</summary>
    public long TextBytesOf(TokenExamples examples)
    {
        if (_bytesOfToken is null)
            return 0;
        var bytes = 0L;
        for (var i = 0; i < examples.SequenceCount; i++)
            foreach (var target in examples.Sequence(i)[1..])
                bytes += _bytesOfToken[target];
        return bytes;
    }

    internal int DocumentAt(int token)
    {
        var document = Array.BinarySearch(_documentStarts, token);
        return document >= 0 ? document : ~document - 1;
    }

    private void Fill(TokenExamples examples, long row, int rows, Rng? order)
    {
        while (rows > 0)
        {
            var epoch = OrderOf(order, row / EpochRows);
            var (place, before) = epoch.Find(row % EpochRows);
            for (; rows > 0 && place < _pieceStarts.Length; place++, before = 0)
            {
                var piece = epoch[place];
                var taken = Math.Min(rows, _pieceRows[piece] - before);
                examples.Add(_pieceStarts[piece] + before, taken);
                rows -= taken;
                row += taken;
            }
        }
    }

    private EpochOrder OrderOf(Rng? rng, long epoch)
    {
        var latest = _latestOrder;
        return latest is not null && latest.IsOf(rng, epoch) ? latest : _latestOrder = new EpochOrder(_pieceRows, rng, epoch);
    }

    private string ComputeDigest()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append([ContextLength, _documentStarts.Length]);
        Append(_documentStarts);
        Append(_tokens);
        return Convert.ToHexStringLower(hash.GetHashAndReset());

        void Append(ReadOnlySpan<int> numbers)
        {
            Span<byte> bytes = stackalloc byte[4_096];
            for (; numbers.Length > 0; numbers = numbers[Math.Min(numbers.Length, 1_024)..])
            {
                var count = Math.Min(numbers.Length, 1_024);
                for (var i = 0; i < count; i++)
                    BinaryPrimitives.WriteInt32LittleEndian(bytes[(4 * i)..], numbers[i]);
                hash.AppendData(bytes[..(4 * count)]);
            }
        }
    }

    private static TokenDataset Build(IEnumerable<int[]> documents, int begin, int end, int contextLength, int[]? bytesOfToken)
    {
        OptionRule.InRange("contextLength", contextLength, 1, 1 << 24);
        var tokens = new List<int>();
        var starts = new List<int>();
        foreach (var document in documents)
        {
            if (document.Length == 0)
                continue;
            if (tokens.Count > Array.MaxLength - document.Length - 2)
                throw new InkstoneResourceException("the text has more tokens than one data set can hold", "TokenDataset", OptionRule.Text(Array.MaxLength));
            starts.Add(tokens.Count);
            tokens.Add(begin);
            tokens.AddRange(document);
            tokens.Add(end);
        }
        if (starts.Count == 0)
            throw NoText();
        return new TokenDataset([.. tokens], [.. starts], contextLength, bytesOfToken);
    }

    private static (int[] Starts, int[] Rows) CutPieces(int tokenCount, int[] documentStarts, int contextLength)
    {
        var starts = new List<int>();
        var rows = new List<int>();
        for (var d = 0; d < documentStarts.Length; d++)
        {
            var last = (d + 1 < documentStarts.Length ? documentStarts[d + 1] : tokenCount) - 1;
            for (var start = documentStarts[d]; start < last; start += contextLength)
            {
                starts.Add(start);
                rows.Add(Math.Min(contextLength, last - start));
            }
        }
        return ([.. starts], [.. rows]);
    }

    private static InkstoneRequestException NoText() =>
        new("there is no text to train on", "TokenDataset", "at least one document that is not empty", "none", "Check the path and the file types read.");
}
