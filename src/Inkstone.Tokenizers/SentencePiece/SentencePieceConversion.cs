using System.Text;
using Inkstone.Foundation.Errors;

namespace Inkstone.Tokenizers;

/// <summary>
/// A SentencePiece model as the stages that a tokenizer.json can hold. Ids are equal on ordinary text; they may differ where SentencePiece decides a tie by
/// rounding in single precision, where its character map looks across grapheme clusters, and on broken bytes.
/// </summary>
internal static class SentencePieceConversion
{
    private const string Mark = "\u2581";

    /// <summary>The parts of the tokenizer.</summary>
    /// <exception cref="InkstoneRequestException">The model has an option that no stage carries out.</exception>
    public static TokenizerParts ToParts(Tokenizer tokenizer, SentencePieceFile file)
    {
        if (file.HasWhitespaceSuffix || !file.Normalization.EscapesWhitespace || file.Algorithm is SentencePieceAlgorithm.Word or SentencePieceAlgorithm.Character)
            throw new InkstoneRequestException("a SentencePiece model of this kind cannot be written as tokenizer.json", nameof(Tokenizer.WithStages),
                expected: "unigram or BPE with spaces before words", found: file.Algorithm.ToString());
        var added = tokenizer.AddedTokens.ToDictionary(token => token.Id);
        for (var id = 0; id < file.Kinds.Length; id++)
        {
            var text = Encoding.UTF8.GetString(file.Pieces[id]);
            if (file.Kinds[id] == SentencePieceKind.UserDefined)
                added[id] = new(id, text, IsSpecial: false);
            else if (file.Kinds[id] == SentencePieceKind.Unknown)
                added[id] = new(id, text);
        }
        // The tokens are kept out of what is looked up, as control pieces are in SentencePiece.
        byte[][] texts = [.. Enumerable.Range(0, file.Kinds.Length).Select(id => added.TryGetValue(id, out var token) && token.IsSpecial ? [] : file.Pieces[id].ToArray())];
        var pieces = PieceTable.Of(texts);
        var isUnigram = file.Algorithm == SentencePieceAlgorithm.Unigram;
        return tokenizer.Parts with
        {
            Normalizer = Normalizers(file, prepends: !isUnigram) is [_, ..] stages ? new NormalizerSequence(stages) : null,
            PreTokenizer = isUnigram ? new MetaspaceStage(Mark, file.Normalization.AddsDummyPrefix ? PrependScheme.Always : PrependScheme.Never, cuts: !file.Pieces.Crosses(Mark)) : null,
            Model = isUnigram
                ? new UnigramModel(pieces, [.. file.Scores.Select(score => (double)score)], file.UnknownId, file.HasByteFallback)
                : new BytePairModel(pieces, Merges(file, pieces), new BytePairOptions
                {
                    Unknown = Encoding.UTF8.GetString(file.Pieces[file.UnknownId]),
                    UnknownId = file.UnknownId,
                    FusesUnknown = true,
                    HasByteFallback = file.HasByteFallback,
                }),
            Decoder = Decoder(file),
            AddedTokens = [.. added.Values],
            Listed = added.Keys.Where(id => id < file.Kinds.Length).ToHashSet(),
        };
    }

    private static List<Normalizer> Normalizers(SentencePieceFile file, bool prepends)
    {
        var stages = new List<Normalizer>();
        if (file.Normalization.Map is { } map)
            stages.Add(new PrecompiledNormalizer(map));
        if (file.Normalization.RemovesExtraWhitespace)
        {
            stages.Add(new StripNormalizer(left: true, right: true));
            stages.Add(new ReplaceNormalizer(new ExpressionPattern(" {2,}"), " "));
        }
        if (!prepends)
            return stages;
        if (file.Normalization.AddsDummyPrefix)
            stages.Add(new PrependNormalizer(Mark));
        stages.Add(new ReplaceNormalizer(" ", Mark));
        return stages;
    }

    /// <summary>
    /// The rules that scores imply: every way of making a piece of two pieces, the best piece first; of one piece's ways those of the better parts first.
    /// </summary>
    private static MergeTable Merges(SentencePieceFile file, PieceTable pieces)
    {
        var merges = new List<Merge>();
        foreach (var id in Enumerable.Range(0, file.Kinds.Length).Where(id => file.Kinds[id] == SentencePieceKind.Normal).OrderByDescending(id => file.Scores[id]))
        {
            var piece = pieces[id];
            var ways = new List<Merge>();
            for (var cut = 1; cut < piece.Length; cut++)
            {
                if ((piece[cut] & 0xC0) != 0x80 && pieces.Find(piece[..cut]) is >= 0 and var left && pieces.Find(piece[cut..]) is >= 0 and var right)
                    ways.Add(new(left, right, id));
            }
            merges.AddRange(ways.OrderBy(way => (way.Left, way.Right)));
        }
        return new([.. merges]);
    }

    private static DecoderSequence Decoder(SentencePieceFile file)
    {
        var decoders = new List<TextDecoder> { new ReplaceDecoder(new LiteralPattern(Mark), " ") };
        if (file.HasByteFallback)
            decoders.Add(new ByteFallbackDecoder());
        decoders.Add(new FuseDecoder());
        if (file.Normalization.AddsDummyPrefix)
            decoders.Add(new StripDecoder(" ", 1, 0));
        return new(decoders);
    }

    /// <summary>Whether some piece has a mark inside, so that text cannot be cut before marks.</summary>
    private static bool Crosses(this PieceBlock pieces, string mark)
    {
        var bytes = Encoding.UTF8.GetBytes(mark);
        for (var id = 0; id < pieces.Count; id++)
        {
            // Leading marks may be several: runs of spaces.
            var piece = pieces[id];
            while (piece.StartsWith(bytes))
                piece = piece[bytes.Length..];
            if (piece.IndexOf(bytes) >= 0)
                return true;
        }
        return false;
    }
}
