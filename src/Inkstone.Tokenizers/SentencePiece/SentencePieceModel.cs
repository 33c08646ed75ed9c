using System.Text;

namespace Inkstone.Tokenizers;

/// <summary>
/// Text to ids and back by a SentencePiece model, equal to SentencePiece's own. Immutable; each call works in a
/// <see cref="SentencePieceScratch"/> of its own.
/// </summary>
internal sealed class SentencePieceModel
{
    private readonly SentencePieceNormalizer _normalizer;
    private readonly SentencePieceDecoder _decoder;
    private readonly Lazy<PieceTable> _ids;
    private readonly SentencePieceVocabulary _vocabulary;
    private readonly SentencePieceSegmenter _segmenter;
    private readonly SentencePieceAlignment _alignment;
    private readonly SentencePieceScratch?[] _spares = new SentencePieceScratch?[Environment.ProcessorCount];

    /// <summary>Makes a model ready for use.</summary>
    public SentencePieceModel(SentencePieceFile file)
    {
        File = file;
        _normalizer = new(file.Normalization, file.HasWhitespaceSuffix,
            file.Kinds.Contains(SentencePieceKind.UserDefined) ? new(file.Pieces, id => file.Kinds[id] == SentencePieceKind.UserDefined) : null);
        _decoder = new(this);
        _ids = new(() => file.Pieces.ToTable());
        var vocabulary = new SentencePieceVocabulary(file);
        _vocabulary = vocabulary;
        _alignment = new(vocabulary, _normalizer);
        _segmenter = file.Algorithm switch
        {
            SentencePieceAlgorithm.Unigram => new UnigramSegmenter(vocabulary),
            SentencePieceAlgorithm.BytePair => new ScoredMergeSegmenter(vocabulary),
            SentencePieceAlgorithm.Word => new WordSegmenter(vocabulary),
            _ => new CharacterSegmenter(vocabulary),
        };
    }

    /// <summary>What the file says.</summary>
    public SentencePieceFile File { get; }

    /// <summary>Reads a model.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="source">How errors name it.</param>
    /// <exception cref="Foundation.Errors.InkstoneFormatException">It is no SentencePiece model.</exception>
    public static SentencePieceModel Read(ReadOnlySpan<byte> bytes, string source) => new(SentencePieceReader.Read(bytes, source));

    /// <summary>The ids of a text.</summary>
    public int[] Encode(ReadOnlySpan<byte> text)
    {
        var scratch = Rent();
        Encode(text, scratch);
        int[] ids = [.. scratch.Ids];
        Return(scratch);
        return ids;
    }

    /// <summary>Appends the ids of a text.</summary>
    public void Encode(ReadOnlySpan<byte> text, SentencePieceScratch scratch)
    {
        _normalizer.Normalize(text, scratch);
        _segmenter.Segment(scratch);
    }

    /// <summary>Appends the ids of one way of cutting a text, drawn at random.</summary>
    public void Sample(ReadOnlySpan<byte> text, Sampling sampling, SentencePieceScratch scratch)
    {
        scratch.Sampling = sampling;
        _normalizer.Normalize(text, scratch);
        if (_segmenter.Sample(scratch.Text, sampling) is { } path)
            Emit(path, scratch);
        else
            _segmenter.Segment(scratch);
        scratch.Sampling = null;
    }

    /// <summary>The ids of the best ways of cutting a text, best first.</summary>
    public List<(int[] Ids, double Score)> Best(ReadOnlySpan<byte> text, int count)
    {
        var scratch = Rent();
        _normalizer.Normalize(text, scratch);
        var ways = new List<(int[], double)>();
        if (_segmenter.Best(scratch.Text, count) is { } paths)
        {
            foreach (var (path, score) in paths)
            {
                var before = scratch.Count;
                Emit(path, scratch);
                ways.Add((scratch.Ids[before..].ToArray(), score));
            }
        }
        else
            ways.Add((Encode(text), 0));
        Return(scratch);
        return ways;
    }

    private void Emit(List<(int Id, int End)> path, SentencePieceScratch scratch)
    {
        var start = 0;
        scratch.EndsUnknown = false;
        foreach (var (id, end) in path)
        {
            _vocabulary.Emit(id, scratch.Text[start..end], scratch);
            start = end;
        }
    }

    /// <summary>Which part of a text each of its ids stands for.</summary>
    public void Locate(ReadOnlySpan<byte> text, ReadOnlySpan<int> ids, Span<TextRange> parts) => _alignment.Locate(text, ids, parts);

    /// <summary>How pieces become text.</summary>
    public TextDecoder Decoder => _decoder;

    /// <summary>The id of a piece, or −1.</summary>
    public int Find(ReadOnlySpan<byte> piece) => _ids.Value.Find(piece);

    /// <summary>The text of ids, all of which are pieces of the model; control pieces are left out.</summary>
    public string Decode(ReadOnlySpan<int> ids)
    {
        var text = new DecodedBytes();
        var stage = _decoder.Start(text);
        foreach (var id in ids)
        {
            if (File.Kinds[id] == SentencePieceKind.Control)
                continue;
            stage.Append(File.Pieces[id]);
            stage.EndToken();
        }
        stage.Finish();
        return Encoding.UTF8.GetString(text.Bytes);
    }

    /// <summary>Working memory for one call.</summary>
    public SentencePieceScratch Rent()
    {
        foreach (ref var spare in _spares.AsSpan())
        {
            if (spare is not null && Interlocked.Exchange(ref spare, null) is { } scratch)
                return scratch;
        }
        return new SentencePieceScratch();
    }

    /// <summary>Gives working memory back.</summary>
    public void Return(SentencePieceScratch scratch)
    {
        scratch.Clear();
        foreach (ref var spare in _spares.AsSpan())
        {
            if (spare is null && Interlocked.CompareExchange(ref spare, scratch, null) is null)
                return;
        }
    }
}
