using System.Text;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Formats;

namespace Inkstone.Tokenizers;

/// <summary>The pieces of a SentencePiece model, with scores and kinds; what else its file says is kept.</summary>
internal class SentencePieceDraft : VocabularyDraft
{
    private SentencePieceFile _file;

    /// <summary>Takes a model apart.</summary>
    public SentencePieceDraft(SentencePieceTokenModel model)
        : base(model, id => model.Model.File.Pieces[id].ToArray())
    {
        _file = model.Model.File;
        (Scores, Kinds) = ([.. _file.Scores], [.. _file.Kinds]);
    }

    /// <inheritdoc/>
    public override bool FindsWholes => true;

    /// <summary>What the file says.</summary>
    protected SentencePieceFile File => _file;

    /// <summary>The score of each piece.</summary>
    protected List<float> Scores { get; }

    /// <summary>What each piece is.</summary>
    protected List<SentencePieceKind> Kinds { get; }

    /// <inheritdoc/>
    public override TokenModel Build(int count) => new SentencePieceTokenModel(new(BuildFile(count)));

    /// <inheritdoc/>
    public override TextDecoder? DecoderOf(TokenModel model, TextDecoder? decoder) =>
        decoder is SentencePieceDecoder ? ((SentencePieceTokenModel)model).Model.Decoder : decoder;

    /// <inheritdoc/>
    public override int AddEmpty()
    {
        Scores.Add(0);
        Kinds.Add(SentencePieceKind.Normal);
        return base.AddEmpty();
    }

    /// <inheritdoc/>
    public override byte[] PieceOf(string text) => Encoding.UTF8.GetBytes(_file.Normalization.EscapesWhitespace ? text.Replace(' ', '\u2581') : text);

    /// <inheritdoc/>
    public override int AddWhole(string content, bool isSpecial)
    {
        var id = AddEmpty();
        SetWhole(id, content, isSpecial);
        return id;
    }

    /// <inheritdoc/>
    public override bool TryMakeWhole(int id, bool isSpecial)
    {
        if (Kinds[id] is not (SentencePieceKind.Normal or SentencePieceKind.Unused) && (!isSpecial || Kinds[id] != SentencePieceKind.UserDefined))
            return false;
        if (isSpecial && Kinds[id] == SentencePieceKind.Normal)
            return base.TryMakeWhole(id, isSpecial);
        Kinds[id] = isSpecial ? SentencePieceKind.Control : SentencePieceKind.UserDefined;
        return true;
    }

    /// <inheritdoc/>
    public override void Fill(int id, AddedToken? token)
    {
        if (token is null)
            throw new InkstoneRequestException("a SentencePiece model cannot leave an id unused", nameof(Tokenizer), found: FormattableString.Invariant($"no piece for {id}"));
        SetWhole(id, token.Content, token.IsSpecial);
    }

    /// <summary>Only ordinary pieces may go, and of those none of one character where the model cuts words.</summary>
    /// <inheritdoc/>
    public override bool[] FindNeeded() => [.. Enumerable.Range(0, Count).Select(id => Kinds[id] != SentencePieceKind.Normal || IsLetter(id))];

    /// <inheritdoc/>
    public override void Keep(int[] newIds)
    {
        for (var id = 0; id < newIds.Length; id++)
        {
            if (newIds[id] >= 0)
                (Scores[newIds[id]], Kinds[newIds[id]]) = (Scores[id], Kinds[id]);
        }
        base.Keep(newIds);
        Scores.RemoveRange(Count, Scores.Count - Count);
        Kinds.RemoveRange(Count, Kinds.Count - Count);
        _file = _file with { BeginId = Map(_file.BeginId), EndId = Map(_file.EndId), PadId = Map(_file.PadId) };

        int Map(int id) => id >= 0 ? newIds[id] : -1;
    }

    /// <inheritdoc/>
    public override bool IsLike(VocabularyDraft other) => ((SentencePieceDraft)other)._file is var file && file.HasByteFallback == _file.HasByteFallback
        && file.HasWhitespaceSuffix == _file.HasWhitespaceSuffix && file.Normalization.EscapesWhitespace == _file.Normalization.EscapesWhitespace;

    /// <inheritdoc/>
    public override bool IsSamePiece(int id, VocabularyDraft other, int otherId) => IsOrdinary(Kinds[id]) == IsOrdinary(((SentencePieceDraft)other).Kinds[otherId]);

    /// <inheritdoc/>
    public override void CopyPiece(int id, VocabularyDraft other, int otherId)
    {
        base.CopyPiece(id, other, otherId);
        var from = (SentencePieceDraft)other;
        (Scores[id], Kinds[id]) = (from.Scores[otherId], from.Kinds[otherId]);
    }

    /// <inheritdoc/>
    protected override void Unmake(int id) => Kinds[id] = SentencePieceKind.Control; // it keeps its text

    /// <summary>Whether all text can be cut whatever pieces go: then none is a letter.</summary>
    protected override bool IsLetter(int id) => _file.Algorithm != SentencePieceAlgorithm.Word && TokenMarks.None.IsCharacter(Pieces[id]);

    /// <summary>The file as it stands.</summary>
    protected SentencePieceFile BuildFile(int count)
    {
        var file = _file with { Pieces = PieceBlock.Of(Pieces[..count]), Scores = [.. Scores[..count]], Kinds = [.. Kinds[..count]] };
        if (file.TrainerBytes.Length > 0)
        {
            // The last value of a field counts: size and ids follow, all else stays as it was written.
            var writer = new ProtobufWriter();
            foreach (var (field, value) in ((int, int)[])[(4, count), (40, file.UnknownId), (41, file.BeginId), (42, file.EndId), (43, file.PadId)])
                writer.WriteInt32(field, value);
            file = file with { TrainerBytes = [.. file.TrainerBytes, .. writer.Written] };
        }
        SentencePieceChecks.Check(file, "the edited model");
        return file;
    }

    /// <summary>The options by which more pieces are learnt for this model.</summary>
    protected UnigramTrainerOptions LearningOptions(ContinuedTraining training)
    {
        if (_file.HasWhitespaceSuffix || !_file.Normalization.EscapesWhitespace)
            throw new InkstoneRequestException("the training of this SentencePiece model cannot be continued", nameof(TokenizerEditor.Continue), "spaces before words, written U+2581");
        return ContinuedUnigram.OptionsOf(Enumerable.Range(0, Count).Where(id => Kinds[id] == SentencePieceKind.Normal).Select(id => Pieces[id]), training) with
        {
            Normalization = _file.Normalization,
            UserDefined = [.. Enumerable.Range(0, Count).Where(id => Kinds[id] == SentencePieceKind.UserDefined).Select(id => Print(Pieces[id]))],
        };
    }

    private void SetWhole(int id, string content, bool isSpecial)
    {
        SetPiece(id, isSpecial ? Encoding.UTF8.GetBytes(content) : PieceOf(content));
        (Scores[id], Kinds[id]) = (0, isSpecial ? SentencePieceKind.Control : SentencePieceKind.UserDefined);
    }

    private static bool IsOrdinary(SentencePieceKind kind) => kind is SentencePieceKind.Normal or SentencePieceKind.UserDefined or SentencePieceKind.Unused;
}
