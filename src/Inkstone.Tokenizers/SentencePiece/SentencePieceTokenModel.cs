using System.Text;

namespace Inkstone.Tokenizers;

/// <summary>
/// A SentencePiece model as the model of a tokenizer: it takes the source as it is and prepares it itself. Its control pieces are added
/// tokens of the tokenizer and are never found in text here.
/// </summary>
internal sealed class SentencePieceTokenModel(SentencePieceModel model) : TokenModel
{
    /// <summary>The model.</summary>
    public SentencePieceModel Model { get; } = model;

    /// <inheritdoc/>
    public override bool TakesSource => true;

    /// <inheritdoc/>
    public override string Name => Model.File.Algorithm switch
    {
        SentencePieceAlgorithm.Unigram => "SentencePiece Unigram",
        SentencePieceAlgorithm.BytePair => "SentencePiece BPE",
        SentencePieceAlgorithm.Word => "SentencePiece words",
        _ => "SentencePiece characters",
    };

    /// <inheritdoc/>
    public override int UnknownId => Model.File.UnknownId;

    /// <inheritdoc/>
    public override int Count => Model.File.Pieces.Count;

    /// <inheritdoc/>
    public override string? Text(int id) => Encoding.UTF8.GetString(Model.File.Pieces[id]);

    /// <inheritdoc/>
    public override int Find(string text) => Model.Find(Encoding.UTF8.GetBytes(text));

    /// <inheritdoc/>
    public override VocabularyDraft TakeApart() => Model.File.Algorithm switch
    {
        SentencePieceAlgorithm.Unigram => new SentencePieceUnigramDraft(this),
        SentencePieceAlgorithm.BytePair => new ScoredMergeDraft(this),
        _ => new SentencePieceDraft(this),
    };

    /// <inheritdoc/>
    public override void EncodePiece(ReadOnlySpan<byte> piece, EncodeScratch scratch)
    {
        var own = Model.Rent();
        Model.Encode(piece, own);
        own.Ids.CopyTo(scratch.Reserve(own.Count));
        scratch.Advance(own.Count);
        Model.Return(own);
    }

    /// <inheritdoc/>
    public override void SamplePiece(ReadOnlySpan<byte> piece, Sampling sampling, EncodeScratch scratch)
    {
        var own = Model.Rent();
        Model.Sample(piece, sampling, own);
        own.Ids.CopyTo(scratch.Reserve(own.Count));
        scratch.Advance(own.Count);
        Model.Return(own);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<(int[] Ids, double Score)> BestWays(ReadOnlySpan<byte> piece, int count) => Model.Best(piece, count);

    /// <inheritdoc/>
    public override void Locate(ReadOnlySpan<byte> piece, ReadOnlySpan<int> ids, Span<TextRange> parts) => Model.Locate(piece, ids, parts);

    /// <summary>The added tokens of a tokenizer with this model: its control pieces, and the unknown one, which no text becomes by being typed.</summary>
    public List<AddedToken> ControlTokens()
    {
        var file = Model.File;
        var tokens = new List<AddedToken>();
        for (var id = 0; id < Count; id++)
        {
            if (file.Kinds[id] is SentencePieceKind.Control)
                tokens.Add(new(id, Text(id)!));
        }
        return tokens;
    }
}
