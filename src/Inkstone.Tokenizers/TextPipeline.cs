namespace Inkstone.Tokenizers;

/// <summary>
/// The way of a stretch of text that holds no token looked for in the source: normaliser → tokens looked for in normalised text →
/// pre-tokenizer → model. Where one scanner alone cuts the text, it is not copied.
/// </summary>
internal sealed class TextPipeline
{
    private readonly PreTokenizer? _scanner;
    private readonly AddedTokenMatcher _normalizedTokens;
    private readonly bool _needsAlignment;

    /// <summary>A pipeline.</summary>
    public TextPipeline(Normalizer? normalizer, PreTokenizerStage? preTokenizer, TokenModel model, AddedTokenMatcher normalizedTokens)
    {
        (Normalizer, PreTokenizer, Model) = (normalizer, preTokenizer, model);
        _scanner = ScannerOf(preTokenizer);
        _needsAlignment = preTokenizer is { NeedsAlignment: true };
        _normalizedTokens = normalizedTokens;
    }

    /// <summary>What rewrites the text, if anything does.</summary>
    public Normalizer? Normalizer { get; }

    /// <summary>What cuts it, if anything does.</summary>
    public PreTokenizerStage? PreTokenizer { get; }

    /// <summary>What turns pieces into ids.</summary>
    public TokenModel Model { get; }

    /// <summary>The scanner that alone cuts the text, or null.</summary>
    public PreTokenizer? Scanner => _scanner;

    /// <summary>Appends the ids of a stretch of text.</summary>
    /// <param name="utf8">The stretch, valid UTF-8 (or, byte-level, anything).</param>
    /// <param name="offset">Where it begins in the whole text.</param>
    /// <param name="specials">Which control tokens are looked for.</param>
    /// <param name="scratch">Working memory of the model, which takes the ids.</param>
    public void Encode(ReadOnlySpan<byte> utf8, int offset, Specials specials, EncodeScratch scratch)
    {
        if (utf8.IsEmpty)
            return;
        var hasTokens = _normalizedTokens.IsNeeded(specials);
        if (Normalizer is null && !hasTokens && (_scanner is not null || PreTokenizer is null))
        {
            EncodeCut(utf8, scratch);
            return;
        }
        var text = scratch.Text.Text;
        text.Reset(utf8, _needsAlignment, offset);
        Normalizer?.Normalize(text);
        if (!hasTokens)
        {
            EncodeNormalized(scratch);
            return;
        }
        var whole = scratch.Normalized;
        whole.CopyFrom(text, 0, text.Bytes.Length);
        var position = 0;
        while (_normalizedTokens.Find(whole.Bytes, position, specials, new(offset, whole), out var start, out var length) is { } token)
        {
            text.CopyFrom(whole, position, start);
            EncodeNormalized(scratch);
            scratch.Add(token.Id);
            position = start + length;
        }
        text.CopyFrom(whole, position, whole.Bytes.Length);
        EncodeNormalized(scratch);
    }

    /// <summary>Appends the tokens of a stretch of text with the parts of the source they stand for.</summary>
    /// <inheritdoc cref="Encode"/>
    public void EncodeAligned(ReadOnlySpan<byte> utf8, int offset, Specials specials, EncodeScratch scratch, AlignedTokens destination)
    {
        if (utf8.IsEmpty)
            return;
        var text = scratch.Text.Text;
        if (Model.TakesSource)
        {
            EncodeSource(utf8, offset, scratch, destination);
            return;
        }
        text.Reset(utf8, aligned: true, offset);
        Normalizer?.Normalize(text);
        var whole = scratch.Normalized;
        whole.CopyFrom(text, 0, text.Bytes.Length);
        var position = 0;
        while (_normalizedTokens.Find(whole.Bytes, position, specials, new(offset, whole), out var start, out var length) is { } token)
        {
            text.CopyFrom(whole, position, start);
            AlignNormalized(scratch, destination);
            destination.AddToken(token, whole.SourceOf(start, start + length), whole.Bytes[start..(start + length)]);
            position = start + length;
        }
        text.CopyFrom(whole, position, whole.Bytes.Length);
        AlignNormalized(scratch, destination);
    }

    private void EncodeSource(ReadOnlySpan<byte> utf8, int offset, EncodeScratch scratch, AlignedTokens destination)
    {
        var before = scratch.Count;
        Model.EncodePiece(utf8, scratch);
        var ids = scratch.Ids[before..];
        var parts = new TextRange[ids.Length];
        Model.Locate(utf8, ids, parts);
        for (var i = 0; i < parts.Length; i++)
            destination.Add(ids[i], new(offset + parts[i].Start, offset + parts[i].End), []);
        destination.EndPiece();
    }

    private void EncodeNormalized(EncodeScratch scratch)
    {
        var text = scratch.Text.Text;
        if (_scanner is not null || PreTokenizer is null)
        {
            EncodeCut(text.Bytes, scratch);
            return;
        }
        scratch.Text.Begin(0, text.Bytes.Length);
        PreTokenizer.Apply(scratch.Text);
        var bytes = text.Bytes;
        foreach (var piece in scratch.Text.Pieces)
            Model.EncodeCached(bytes, piece.Start, piece.Length, scratch);
    }

    private void EncodeCut(ReadOnlySpan<byte> utf8, EncodeScratch scratch)
    {
        if (_scanner is not null)
            Model.Encode(utf8, _scanner, scratch);
        else if (!utf8.IsEmpty)
            Model.EncodeOtherwise(utf8, scratch);
    }

    private void AlignNormalized(EncodeScratch scratch, AlignedTokens destination)
    {
        var pieces = scratch.Text;
        var text = pieces.Text;
        pieces.Begin(0, text.Bytes.Length);
        PreTokenizer?.Apply(pieces);
        foreach (var piece in pieces.Pieces)
        {
            var before = scratch.Count;
            var bytes = text.Bytes[piece.Start..piece.End];
            Model.EncodePiece(bytes, scratch);
            var ids = scratch.Ids[before..];
            var parts = destination.Parts(ids.Length);
            Model.Locate(bytes, ids, parts);
            for (var i = 0; i < parts.Length; i++)
                destination.Add(ids[i], text.SourceOf(piece.Start + parts[i].Start, piece.Start + parts[i].End), bytes[parts[i].Start..parts[i].End]);
            destination.EndPiece();
        }
    }

    /// <summary>The scanner a stage comes to, if it does nothing else.</summary>
    private static PreTokenizer? ScannerOf(PreTokenizerStage? stage)
    {
        PreTokenizer? scanner = null;
        var expressions = new List<string>();
        foreach (var part in stage is PreTokenizerSequence sequence ? sequence.Stages : stage is null ? [] : [stage])
        {
            switch (part)
            {
                case ScannerStage alone when stage == part:
                    return alone.Scanner;
                case SplitStage { Scanner: { } split } when scanner is null && expressions.Count == 0:
                    scanner = split;
                    expressions.Add(((ExpressionPattern)((SplitStage)part).Pattern).Source);
                    break;
                case SplitStage { Pattern: ExpressionPattern expression, Behavior: SplitBehavior.Isolated, IsInverted: false }:
                    expressions.Add(expression.Source);
                    scanner = null;
                    break;
                case ByteLevelStage { Settings: { AddsPrefixSpace: false, Cuts: var cuts }, WritesBytes: false } when !cuts || expressions.Count == 0:
                    if (cuts)
                        return Tokenizers.PreTokenizer.Gpt2;
                    break;
                default:
                    return null;
            }
        }
        return scanner ?? KnownPatterns.Find(expressions, PatternDialect.Oniguruma);
    }
}
