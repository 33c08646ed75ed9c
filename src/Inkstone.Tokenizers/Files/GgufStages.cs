namespace Inkstone.Tokenizers;

/// <summary>The stages that carry out what a GGUF file says, as those that a tokenizer.json can hold and that published files have for the same vocabularies.</summary>
internal static class GgufStages
{
    private const string Mark = "\u2581";
    private const int UsualLongestWord = 100;

    /// <summary>The parts of a tokenizer without stages of llama.cpp's own; the same parts where there are none, or none that has a known name.</summary>
    public static TokenizerParts ToPublished(TokenizerParts parts) => parts switch
    {
        { Normalizer: GgufBertNormalizer bert, Model: WordPieceModel pieces } => parts with
        {
            Normalizer = new BertNormalizer(cleanText: true, handleChineseCharacters: true, bert.StripsAccents == bert.Lowercase ? null : bert.StripsAccents, bert.Lowercase),
            PreTokenizer = new BertStage(),
            Model = new WordPieceModel(pieces.Pieces, pieces.Unknown, pieces.UnknownId, pieces.Prefix, UsualLongestWord),
        },
        { Normalizer: GgufUnigramNormalizer unigram } => parts with
        {
            Normalizer = Normalizers(unigram) is [_, ..] stages ? new NormalizerSequence(stages) : null,
            PreTokenizer = new MetaspaceStage(Mark, unigram.AddsPrefix || unigram.MergesSpaces ? PrependScheme.Always : PrependScheme.Never, cuts: unigram.MergesSpaces),
        },
        { PreTokenizer: PreTokenizerSequence sequence } when Patterns(sequence) is { } patterns && GgufPreTokenizers.StageOf(patterns) is { } stage => parts with { PreTokenizer = stage },
        { PreTokenizer: ScannerStage { Scanner: OlderPreTokenizer older } } when GgufPreTokenizers.StageOf(older) is { } stage => parts with { PreTokenizer = stage },
        _ => parts,
    };

    private static List<Normalizer> Normalizers(GgufUnigramNormalizer unigram)
    {
        var stages = new List<Normalizer>();
        if (unigram.Map is { } map)
            stages.Add(new PrecompiledNormalizer(map));
        if (unigram.MergesSpaces)
        {
            stages.Add(new StripNormalizer(left: true, right: true));
            stages.Add(new ReplaceNormalizer(new ExpressionPattern(" {2,}"), " "));
        }
        return stages;
    }

    private static List<string>? Patterns(PreTokenizerSequence sequence)
    {
        var patterns = sequence.Stages.Select(stage => stage is SplitStage { Behavior: SplitBehavior.Isolated, IsInverted: false } split
            ? (split.Pattern as GgufExpression)?.Source ?? (split.Pattern as DigitGroups)?.Source : null).ToList();
        return patterns.Contains(null) ? null : [.. patterns.OfType<string>()];
    }
}
