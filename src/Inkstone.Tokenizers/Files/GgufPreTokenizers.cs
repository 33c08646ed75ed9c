namespace Inkstone.Tokenizers;

/// <summary>
/// The names of <c>tokenizer.ggml.pre</c> beside the stages of the tokenizer.json files that they stand for, for both directions. Of names that cut alike, one stands here for each setting of
/// <see cref="GgufPattern.IgnoresMerges"/>.
/// </summary>
internal static class GgufPreTokenizers
{
    private const string Ideographs = "[一-龥\u0800-一가-\uD7FF]+";

    private static readonly (string Name, PreTokenizerStage Stage)[] Known =
    [
        ("gpt-2", Tokenizer.Cutting(PreTokenizer.Gpt2)),
        ("llama-bpe", Tokenizer.Cutting(PreTokenizer.Gpt4)),
        ("dbrx", Tokenizer.Cutting(PreTokenizer.Gpt4)),
        ("qwen2", Tokenizer.Cutting(PreTokenizer.Qwen2)),
        ("gpt-4o", Tokenizer.Cutting(PreTokenizer.O200k)),
        ("tekken", Tokenizer.Cutting(KnownPatterns.Tekken)),
        ("deepseek-v3", Tokenizer.Cutting(PreTokenizer.DeepSeek)),
        ("starcoder", new PreTokenizerSequence([new DigitsStage(individual: true), Words()])),
        ("falcon", new PreTokenizerSequence([new PunctuationStage(SplitBehavior.Contiguous), Words(), new DigitsStage(individual: false), Split("[0-9][0-9][0-9]")])),
        ("deepseek-coder", new PreTokenizerSequence([Split("[\r\n]"), Split(@"\s?\p{L}+"), Split(@"\s?\p{P}+"), Split(Ideographs), new DigitsStage(individual: true), Bytes()])),
        ("deepseek-llm", new PreTokenizerSequence([
            Split("[\r\n]"), Split(GgufPattern.CasedWords), Split("\\s?[!-/:-~！-／：-～‘-‟\u3000-。]+"), Split(@"\s+$"), Split(Ideographs), new DigitsStage(individual: true), Bytes()])),
    ];

    /// <summary>The name for a model's stages; null where llama.cpp has none.</summary>
    /// <param name="stage">What cuts text before merging.</param>
    /// <param name="model">The model.</param>
    public static string? NameOf(PreTokenizerStage? stage, BytePairModel model)
    {
        if (stage is null || KeyOf(stage) is not { } key)
            return null;
        string[] names = [.. Known.Where(known => KeyOf(known.Stage) == key).Select(known => known.Name)];
        return names.FirstOrDefault(name => GgufPattern.Find(name)!.IgnoresMerges == model.IgnoreMerges)
            // where rules lead to every token, taking whole tokens first changes nothing
            ?? (names.Length > 0 && IsClosed(model) ? names[0] : null);
    }

    /// <summary>Whether a stage writes bytes as visible characters, so that tokens are such characters.</summary>
    public static bool WritesBytes(PreTokenizerStage? stage) => stage is ByteLevelStage { WritesBytes: true } || (stage is PreTokenizerSequence sequence && sequence.Stages.Any(WritesBytes));

    /// <summary>The stages of a tokenizer.json that do what a GGUF file's patterns do; null where there are none of a known name.</summary>
    public static PreTokenizerStage? StageOf(IEnumerable<string> patterns) =>
        Known.FirstOrDefault(known => GgufPattern.Find(known.Name)!.Patterns.SequenceEqual(patterns)).Stage;

    /// <summary>The stages of a tokenizer.json whose scanner is llama.cpp's in its newest version; null where there are none of a known name.</summary>
    public static PreTokenizerStage? StageOf(OlderPreTokenizer scanner) => Known.FirstOrDefault(known => KeyOf(known.Stage) == scanner.Name).Stage;

    /// <summary>The stages as a text, equal for stages that cut alike; null for any that no name stands for.</summary>
    private static string? KeyOf(PreTokenizerStage stage)
    {
        var keys = (stage is PreTokenizerSequence sequence ? sequence.Stages : [stage]).Select(part => part switch
        {
            ByteLevelStage { Settings.AddsPrefixSpace: true } => null,
            ByteLevelStage { Settings.Cuts: true } => PreTokenizer.Gpt2.Name,
            ByteLevelStage => "",
            ScannerStage scanner => scanner.Scanner.Name,
            PunctuationStage { Behavior: SplitBehavior.Contiguous } => "punctuation",
            DigitsStage digits => digits.IsIndividual ? "digit" : "digits",
            SplitStage { Scanner: { } scanner } => scanner.Name,
            SplitStage { Pattern: ExpressionPattern expression, Behavior: SplitBehavior.Isolated, IsInverted: false } =>
                expression.Source.Replace("\r", "\\r", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal),
            _ => null,
        }).ToList();
        return keys.Contains(null) ? null : string.Join('\0', keys.Where(key => key!.Length > 0));
    }

    /// <summary>Whether rules lead to every token.</summary>
    private static bool IsClosed(BytePairModel model)
    {
        var merging = new BytePairModel(model.Pieces, model.Merges, model.Options with { IgnoresMerges = false });
        var scratch = merging.Rent();
        for (var id = 0; id < model.Count; id++)
        {
            if (model.Pieces[id].IsEmpty)
                continue;
            scratch.Clear();
            merging.EncodePiece(model.Pieces[id], scratch);
            if (scratch.Count != 1)
                return false;
        }
        merging.Return(scratch);
        return true;
    }

    private static SplitStage Split(string expression) => new(new ExpressionPattern(expression), SplitBehavior.Isolated);

    private static ByteLevelStage Words() => new(ByteLevelSettings.Cutting, writesBytes: false);

    private static ByteLevelStage Bytes() => new(ByteLevelSettings.Cutting with { Cuts = false }, writesBytes: false);
}
