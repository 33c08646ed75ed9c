using System.Buffers;
using System.Text;

namespace Inkstone.Tokenizers;

/// <summary>Cuts a text and counts what it is cut into; returns how many pieces there were. Called from several threads.</summary>
internal delegate long TextCutter(ReadOnlySpan<byte> utf8, PieceCounts counts);

/// <summary>
/// Counts the pieces of a stream of texts on several threads. Texts are taken in rounds of (mostly) eight batches; each batch is counted by
/// itself, then the batches are added up in sixteen parts, told apart by the hash of the piece. Batches, rounds, parts and pruning
/// are the same whatever the number of threads, and so are the counts.
/// </summary>
internal sealed class PieceCounter
{
    private const int BatchesInRound = 8;
    private const int PartCount = 16;
    private readonly TextCutter _cutter;
    private readonly long _maximumBytes;
    private readonly ParallelOptions _parallel;
    private readonly PieceCounts[] _parts = Make(PartCount);
    private readonly PieceCounts[] _batchCounts;

    /// <summary>A counter of what texts are cut into.</summary>
    /// <param name="maximumBytes">The bytes of distinct pieces from which on rare ones are dropped.</param>
    /// <param name="threads">How many threads; 0 for one a processor.</param>
    /// <param name="cutter">Cuts texts.</param>
    /// <param name="cancellation">Stops the counting.</param>
    /// <param name="batchesInRound">How many batches are counted before rare pieces are dropped; fewer where a text is cut into more than it is long.</param>
    public PieceCounter(long maximumBytes, int threads, TextCutter cutter, CancellationToken cancellation, int batchesInRound = BatchesInRound)
    {
        (_maximumBytes, _cutter, _batchCounts) = (maximumBytes, cutter, Make(batchesInRound));
        _parallel = new()
        {
            MaxDegreeOfParallelism = threads == 0 ? Environment.ProcessorCount : threads,
            CancellationToken = cancellation,
        };
    }

    /// <summary>On how many threads, and what stops it.</summary>
    public ParallelOptions Work => _parallel;

    /// <summary>The distinct pieces, in parts.</summary>
    public IReadOnlyList<PieceCounts> Parts => _parts;

    /// <summary>The length of all texts in UTF-8.</summary>
    public long Bytes { get; private set; }

    /// <summary>How many pieces were cut.</summary>
    public long Pieces { get; private set; }

    /// <summary>How many distinct pieces are held.</summary>
    public int Distinct => _parts.Sum(part => part.Count);

    /// <summary>How many distinct pieces were dropped.</summary>
    public long Dropped { get; private set; }

    /// <summary>Reads all texts.</summary>
    public void Count(IEnumerable<string> texts, IProgress<BpeTrainingProgress>? progress)
    {
        foreach (var round in TextBatch.Of(texts).Chunk(_batchCounts.Length))
        {
            var totals = new (long Bytes, long Pieces)[round.Length];
            Parallel.For(0, round.Length, _parallel, i => totals[i] = CountBatch(round[i], _batchCounts[i]));
            Parallel.For(0, PartCount, _parallel, part =>
            {
                for (var i = 0; i < round.Length; i++)
                    _parts[part].AddPart(_batchCounts[i], part);
            });
            foreach (var (bytes, pieces) in totals)
                (Bytes, Pieces) = (Bytes + bytes, Pieces + pieces);
            Prune();
            progress?.Report(new(BpeTrainingStage.Counting, Bytes, null));
        }
    }

    private (long Bytes, long Pieces) CountBatch(IReadOnlyList<string> texts, PieceCounts counts)
    {
        counts.Clear();
        long bytes = 0, pieces = 0;
        foreach (var text in texts)
        {
            var buffer = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetByteCount(text));
            ReadOnlySpan<byte> utf8 = buffer.AsSpan(0, Encoding.UTF8.GetBytes(text, buffer));
            pieces += _cutter(utf8, counts);
            bytes += utf8.Length;
            ArrayPool<byte>.Shared.Return(buffer);
        }
        return (bytes, pieces);
    }

    /// <summary>Cuts texts by a pre-tokenizer.</summary>
    public static TextCutter CutBy(PreTokenizer preTokenizer) => (utf8, counts) =>
    {
        long pieces = 0;
        for (int start = 0, end; start < utf8.Length; start = end, pieces++)
        {
            end = preTokenizer.Next(utf8, start);
            counts.Add(utf8[start..end]);
        }
        return pieces;
    };

    private void Prune()
    {
        if (_parts.Sum(part => (long)part.ByteCount) <= _maximumBytes)
            return;
        for (var threshold = 1L; _parts.Sum(part => (long)part.ByteCount) > _maximumBytes / 2; threshold *= 2)
            Dropped += _parts.Sum(part => part.Prune(threshold));
    }

    private static PieceCounts[] Make(int count) => [.. Enumerable.Range(0, count).Select(_ => new PieceCounts())];
}
