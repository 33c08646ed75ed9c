using System.Text;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Randomness;
using static System.FormattableString;

namespace Inkstone.Corpus;

/// <summary>From a source of text to training and validation documents: read, clean, drop duplicates, split.</summary>
public sealed class CorpusPreparation
{
    private const int MostSkippedNamed = 1000;
    private const int LongestSpan = 16_384;
    private const int ProgressEvery = 1024; // documents
    private readonly string? _path;
    private readonly CorpusOptions _options;
    private readonly Action<CorpusProgress> _progress;
    private readonly CancellationToken _cancellation;
    private readonly List<SkippedFile> _skipped = [];
    private long _skippedCount, _read, _bytesRead, _empty, _exact, _near;
    private bool _truncated;

    private CorpusPreparation(string? path, CorpusOptions options, Action<CorpusProgress>? progress, CancellationToken cancellation)
    {
        _path = path;
        _options = options;
        _progress = progress ?? (_ => { });
        _cancellation = cancellation;
    }

    /// <summary>Prepares the text of a file or folder, or, without a path, the API documentation of the running SDK.</summary>
    /// <param name="path">A file or folder; null for the SDK's documentation.</param>
    /// <param name="rng">The stream that chooses what is held out.</param>
    /// <param name="options">How to read, clean, compare and split.</param>
    /// <param name="progress">Called now and then, possibly from other threads.</param>
    /// <param name="cancellation">Ends the work early.</param>
    /// <exception cref="InkstoneNotFoundException">There is nothing at the path, or the SDK has no documentation.</exception>
    /// <exception cref="InkstoneFormatException">There is no text, or too little to hold some out.</exception>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public static PreparedCorpus Prepare(string? path, Rng rng, CorpusOptions? options = null,
        Action<CorpusProgress>? progress = null, CancellationToken cancellation = default)
    {
        options ??= new();
        options.Validate();
        return new CorpusPreparation(path, options, progress, cancellation).Run(rng);
    }

    private PreparedCorpus Run(Rng rng)
    {
        var documents = Deduplicate(_path is null ? ReadDocumentation() : ReadPath(_path));
        if (documents.Count == 0)
            throw new InkstoneFormatException("Cleaning left no text", _path, fix: "Give another file or folder.");

        _progress(new(CorpusStage.Splitting, 0, documents.Count));
        var grouping = _path is null ? CorpusGrouping.DeclaringType
            : File.Exists(_path) ? CorpusGrouping.ParagraphBlock
            : CorpusGrouping.File;
        var split = CorpusSplit.TrySplit(documents, rng, _options.Split);
        if (split is null)
        {
            grouping = CorpusGrouping.ParagraphBlock;
            split = CorpusSplit.Split(Deduplicate(CutIntoBlocks(documents)), rng, _options.Split);
        }
        _progress(new(CorpusStage.Splitting, documents.Count, documents.Count));
        return new(split.Train, split.Validation, new CorpusReport
        {
            Path = _path,
            Grouping = grouping,
            DocumentsRead = _read,
            BytesRead = _bytesRead,
            EmptyDocuments = _empty,
            ExactDuplicates = _exact,
            NearDuplicates = _near,
            TrainDocuments = split.Train.Count,
            TrainBytes = split.TrainBytes,
            ValidationDocuments = split.Validation.Count,
            ValidationBytes = split.ValidationBytes,
            ValidationGroups = split.ValidationGroupCount,
            Skipped = _skipped,
            SkippedCount = _skippedCount,
            Truncated = _truncated,
        });
    }

    private IEnumerable<Document> ReadDocumentation()
    {
        var given = _options.Documentation;
        var documents = DotNetDocumentation.Read(given with
        {
            Skipped = file => Skip(file, given.Skipped),
            Progress = (done, total) =>
            {
                given.Progress?.Invoke(done, total);
                _progress(new(CorpusStage.Reading, done, total));
            },
        }, _cancellation);
        return Clean(documents, CorpusStage.Deduplicating, documents.Count);
    }

    private IEnumerable<Document> ReadPath(string path)
    {
        var given = _options.Reading;
        return Clean(TextSource.Read(path, given with { Skipped = file => Skip(file, given.Skipped) }), CorpusStage.Reading, null);
    }

    private void Skip(SkippedFile file, Action<SkippedFile>? also)
    {
        if (_skippedCount++ < MostSkippedNamed)
            _skipped.Add(file);
        also?.Invoke(file);
    }

    private IEnumerable<Document> Clean(IEnumerable<Document> documents, CorpusStage stage, long? total)
    {
        foreach (var document in documents)
        {
            _cancellation.ThrowIfCancellationRequested();
            if (_read % ProgressEvery == 0)
                _progress(new(stage, _read, total));
            _read++;
            var text = TextCleaner.Clean(document.Text);
            if (text.Length == 0)
            {
                _empty++;
                continue;
            }
            _bytesRead += Encoding.UTF8.GetByteCount(text);
            yield return ReferenceEquals(text, document.Text) ? document : document with { Text = text };
        }
        _progress(new(stage, _read, _read));
    }

    private List<Document> Deduplicate(IEnumerable<Document> documents)
    {
        var deduplicator = new Deduplicator(_options.Deduplication);
        var kept = new List<Document>();
        var bytes = 0L;
        foreach (var document in deduplicator.Filter(documents))
        {
            bytes += Encoding.UTF8.GetByteCount(document.Text);
            if (bytes > _options.MaximumTextBytes && kept.Count > 0)
            {
                _truncated = true;
                break;
            }
            kept.Add(document);
        }
        _exact += deduplicator.ExactCount;
        _near += deduplicator.NearCount;
        return kept;
    }

    private IEnumerable<Document> CutIntoBlocks(List<Document> documents)
    {
        var total = documents.Sum(document => (long)document.Text.Length);
        var wanted = (int)Math.Clamp(total / 64, 64, _options.Reading.BlockLength);
        foreach (var document in documents)
        {
            var cutter = new BlockCutter(wanted, wanted * 4);
            var number = 0;
            for (var start = 0; start < document.Text.Length; start += LongestSpan)
            {
                cutter.Add(document.Text.AsSpan(start, Math.Min(LongestSpan, document.Text.Length - start)));
                while (cutter.TryTake() is { } text)
                    yield return Block(text);
            }
            while (cutter.TakeRest() is { } text)
                yield return Block(text);

            Document Block(string text)
            {
                var block = Invariant($"{document.Source} (block {++number})");
                return new(TextCleaner.Clean(text), block, block);
            }
        }
    }
}
