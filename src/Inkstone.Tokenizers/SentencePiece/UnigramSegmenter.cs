namespace Inkstone.Tokenizers;

/// <summary>
/// The most probable row of pieces, with the sums of SentencePiece: in single precision over the whole text. Words whose path wins by more
/// than rounding can decide are remembered; their scores are still added one by one, so that the sum is the same.
/// </summary>
internal sealed class UnigramSegmenter : SentencePieceSegmenter
{
    // The rounding of one addition is at most 2⁻²⁴ of the sum; two paths, each with as many additions as the word has bytes, and twice that for safety.
    private const double Rounding = 1.0 / (1 << 22);
    private readonly SentencePieceVocabulary _vocabulary;
    private readonly UnigramPieces _pieces;

    /// <summary>A unigram model.</summary>
    public UnigramSegmenter(SentencePieceVocabulary vocabulary)
    {
        _vocabulary = vocabulary;
        var file = vocabulary.File;
        var (lowest, highest) = (float.MaxValue, SmallestNormal);
        for (var id = 0; id < file.Kinds.Length; id++)
        {
            if (file.Kinds[id] == SentencePieceKind.Normal)
                (lowest, highest) = (Math.Min(lowest, file.Scores[id]), Math.Max(highest, file.Scores[id]));
        }
        var scores = new double[file.Kinds.Length];
        for (var id = 0; id < scores.Length; id++)
        {
            // A user-defined piece is to win always: it is scored as if each of its bytes were the most probable piece.
            scores[id] = file.Kinds[id] == SentencePieceKind.UserDefined ? file.Pieces[id].Length * highest - 0.1 : file.Scores[id];
        }
        _pieces = new(vocabulary.Pieces, scores, vocabulary.UnknownId, lowest - UnigramPieces.UnknownPenalty,
            id => vocabulary.IsFound(id) && file.Kinds[id] != SentencePieceKind.Unused);
    }

    /// <summary>Where SentencePiece begins its search for the highest score: the smallest normal number of single precision.</summary>
    private static float SmallestNormal => 1.17549435e-38f;

    /// <inheritdoc/>
    public override void Segment(SentencePieceScratch scratch)
    {
        var text = scratch.Text;
        var score = 0.0;
        for (int start = 0, end; start < text.Length; start = end)
        {
            end = _vocabulary.WordEnd(text, start);
            score = end - start <= UnigramMargin.LongestWord ? Word(text, start, end - start, score, scratch) : Path(text[start..end], score, scratch);
        }
    }

    /// <inheritdoc/>
    public override List<(List<(int Id, int End)> Path, double Score)> Best(ReadOnlySpan<byte> text, int count) => new UnigramLattice(_pieces, text).Best(count);

    /// <inheritdoc/>
    public override List<(int Id, int End)> Sample(ReadOnlySpan<byte> text, Sampling sampling) => new UnigramLattice(_pieces, text).Sample(sampling.Strength, sampling.Random);

    private double Word(ReadOnlySpan<byte> text, int start, int length, double score, SentencePieceScratch scratch)
    {
        ByteHash.Pack(text, start, length, out var low, out var high);
        ref readonly var line = ref scratch.UnigramWords.Find(low, high);
        if (line.Low == low && line.High == high && TryAdd(((ReadOnlySpan<int>)line.Ids)[..line.Count], line.Margin, length, ref score, scratch))
            return score;
        var word = text.Slice(start, length);
        Span<int> ids = stackalloc int[UnigramMargin.LongestWord];
        var count = UnigramMargin.Find(_pieces, word, ids, out var margin);
        if (count is < 0 or > UnigramCache.MostPieces)
            return Path(word, score, scratch);
        scratch.UnigramWords.Add(low, high, ids[..count], margin);
        return TryAdd(ids[..count], margin, length, ref score, scratch) ? score : Path(word, score, scratch);
    }

    /// <summary>Adds a word's path if it is the best after this sum too; false, and nothing done, where rounding might decide otherwise.</summary>
    private bool TryAdd(ReadOnlySpan<int> ids, double margin, int length, ref double score, SentencePieceScratch scratch)
    {
        var sum = score;
        foreach (var id in ids)
            sum = (float)(_pieces.Scores[id] + sum);
        if (margin <= (length + 1) * Math.Max(Math.Abs(sum), Math.Abs(score)) * Rounding || margin < 1e-9)
            return false;
        score = sum;
        scratch.Add(ids);
        scratch.EndsUnknown = false;
        return true;
    }

    private double Path(ReadOnlySpan<byte> word, double score, SentencePieceScratch scratch)
    {
        var sink = new Sink { Vocabulary = _vocabulary, Scratch = scratch };
        return scratch.Path.Find<SinglePrecisionSums, Sink>(_pieces, word, score, ref sink);
    }

    private struct Sink : UnigramPath.ISink
    {
        public SentencePieceVocabulary Vocabulary;
        public SentencePieceScratch Scratch;

        public readonly void Add(int id, ReadOnlySpan<byte> text) => Vocabulary.Emit(id, text, Scratch);
    }
}
