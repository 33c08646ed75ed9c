using System.Text;

namespace Inkstone.Tokenizers;

/// <summary>
/// Unigram as <c>tokenizer.json</c> means it: the most probable row of tokens (Kudo 2018, "Subword regularization") of each piece by
/// itself, scores added in double precision. Unknown characters that stand together are one token, or their bytes where the model falls
/// back to bytes.
/// </summary>
internal sealed class UnigramModel : TokenModel
{
    private readonly UnigramPieces _search;
    private readonly int[]? _byteIds;

    /// <summary>A model.</summary>
    /// <param name="pieces">The tokens in UTF-8.</param>
    /// <param name="scores">The natural logarithm of each one's probability.</param>
    /// <param name="unknownId">The token of unknown characters; −1: they vanish.</param>
    /// <param name="hasByteFallback">Whether unknown characters become bytes, where the vocabulary has tokens for them.</param>
    public UnigramModel(PieceTable pieces, double[] scores, int unknownId, bool hasByteFallback)
    {
        (Pieces, Scores, UnknownId, HasByteFallback) = (pieces, scores, unknownId, hasByteFallback);
        var lowest = scores.Length == 0 ? 0 : scores.Min();
        _search = new(pieces.ToBlock(), scores, unknownId, lowest - UnigramPieces.UnknownPenalty, id => !pieces[id].IsEmpty && pieces.Find(pieces[id]) == id);
        _byteIds = hasByteFallback ? ByteTokens.Find(pieces.Find) : null;
    }

    /// <summary>The vocabulary.</summary>
    public PieceTable Pieces { get; }

    /// <summary>The score of each id.</summary>
    public double[] Scores { get; }

    /// <inheritdoc/>
    public override int UnknownId { get; }

    /// <inheritdoc/>
    public override string Name => "Unigram";

    /// <summary>Whether unknown characters become bytes.</summary>
    public bool HasByteFallback { get; }

    /// <summary>The pieces, for the n best and sampled rows.</summary>
    public UnigramPieces Search => _search;

    /// <inheritdoc/>
    public override int Count => Pieces.Count;

    /// <inheritdoc/>
    public override string? Text(int id) => Pieces[id] is var bytes && bytes.IsEmpty ? null : Encoding.UTF8.GetString(bytes);

    /// <inheritdoc/>
    public override int Find(string text) => Pieces.Find(Encoding.UTF8.GetBytes(text));

    /// <inheritdoc/>
    public override VocabularyDraft TakeApart() => new UnigramDraft(this);

    /// <inheritdoc/>
    public override void EncodePiece(ReadOnlySpan<byte> piece, EncodeScratch scratch) => Walk(piece, scratch, default, isLocating: false);

    /// <inheritdoc/>
    public override void Locate(ReadOnlySpan<byte> piece, ReadOnlySpan<int> ids, Span<TextRange> parts)
    {
        var scratch = Rent();
        Walk(piece, scratch, parts, isLocating: true);
        Return(scratch);
    }

    /// <inheritdoc/>
    public override void SamplePiece(ReadOnlySpan<byte> piece, Sampling sampling, EncodeScratch scratch) =>
        Emit(new UnigramLattice(_search, piece).Sample(sampling.Strength, sampling.Random), piece, scratch);

    /// <inheritdoc/>
    public override IReadOnlyList<(int[] Ids, double Score)> BestWays(ReadOnlySpan<byte> piece, int count)
    {
        var ways = new List<(int[], double)>();
        var scratch = Rent();
        foreach (var (path, score) in new UnigramLattice(_search, piece).Best(count))
        {
            var before = scratch.Count;
            Emit(path, piece, scratch);
            ways.Add((scratch.Ids[before..].ToArray(), score));
        }
        Return(scratch);
        return ways;
    }

    private void Emit(List<(int Id, int End)> path, ReadOnlySpan<byte> piece, EncodeScratch scratch)
    {
        var sink = new Sink { Model = this, Piece = piece, Scratch = scratch, Parts = default, IsLocating = false };
        var start = 0;
        foreach (var (id, end) in path)
        {
            sink.Add(id, piece[start..end]);
            start = end;
        }
        sink.FlushUnknown();
    }

    private void Walk(ReadOnlySpan<byte> piece, EncodeScratch scratch, Span<TextRange> parts, bool isLocating)
    {
        var sink = new Sink { Model = this, Piece = piece, Scratch = scratch, Parts = parts, IsLocating = isLocating };
        scratch.UnigramPath.Find<DoublePrecisionSums, Sink>(_search, piece, 0, ref sink);
        sink.FlushUnknown();
    }

    private ref struct Sink : UnigramPath.ISink
    {
        public required UnigramModel Model { get; init; }
        public required ReadOnlySpan<byte> Piece { get; init; }
        public required EncodeScratch Scratch { get; init; }
        public required Span<TextRange> Parts { get; init; }
        public required bool IsLocating { get; init; }
        private int _unknownLength;
        private int _at;
        private int _count;

        public void Add(int id, ReadOnlySpan<byte> text)
        {
            if (id == Model.UnknownId || id < 0)
            {
                _unknownLength += text.Length;
                _at += text.Length;
                return;
            }
            FlushUnknown();
            _at += text.Length;
            Put(id, new(_at - text.Length, _at));
        }

        public void FlushUnknown()
        {
            if (_unknownLength == 0)
                return;
            var range = new TextRange(_at - _unknownLength, _at);
            var text = Piece[range.Start..range.End];
            _unknownLength = 0;
            if (Model.Pieces.Find(text) is >= 0 and var whole)
                Put(whole, range);
            else if (Model._byteIds is { } bytes && ByteTokens.HasAll(bytes, text))
            {
                foreach (var value in text)
                    Put(bytes[value], range);
            }
            else if (Model.UnknownId >= 0)
                Put(Model.UnknownId, range);
        }

        private void Put(int id, TextRange range)
        {
            if (IsLocating)
                Parts[_count++] = range;
            else
                Scratch.Add(id);
        }
    }
}
