using System.Text;
using Inkstone.Foundation.Randomness;

namespace Inkstone.Tokenizers.Tests;

/// <summary>Small tokenizers of every kind that can be edited, and texts for them.</summary>
internal static class EditedKinds
{
    private const string InsideMark = "\u2042"; // not in any text, so that no word begins with it

    private static readonly Dictionary<string, Func<IEnumerable<string>, Tokenizer>> Makers = new()
    {
        ["byte-level"] = texts => Train(texts, new() { VocabularySize = 700, MinimumFrequency = 1 }),
        ["byte-level with stages"] = texts => Train(texts, new() { VocabularySize = 600, Lowercases = true, SplitsDigits = true, UserDefined = ["the ink"] }),
        ["byte-level, ignoring merges"] = texts => Remade(Train(texts, new() { VocabularySize = 500 }), model => new BytePairModel(model.Pieces, model.Merges, ignoreMerges: true)),
        ["characters"] = texts => Train(texts, new() { Kind = TokenizerKind.CharacterBpe, VocabularySize = 1_500, MinimumFrequency = 1 }),
        ["characters with prefix"] = Prefixed,
        ["characters with bytes"] = texts => Train(texts, new() { Kind = TokenizerKind.SentencePieceBpe, VocabularySize = 1_000, HasByteFallback = true }).WithStages(),
        ["WordPiece"] = texts => Train(texts, new() { Kind = TokenizerKind.WordPiece, VocabularySize = 1_200, MinimumFrequency = 1 }),
        ["words"] = texts => Train(texts, new() { Kind = TokenizerKind.Word, VocabularySize = 300, MinimumFrequency = 1 }),
        ["single characters"] = texts => Train(texts, new() { Kind = TokenizerKind.Character, VocabularySize = 150, MinimumFrequency = 1 }),
        ["SentencePiece BPE"] = texts => Train(texts, new() { Kind = TokenizerKind.SentencePieceBpe, VocabularySize = 800 }),
        ["SentencePiece BPE with bytes"] = texts => Train(texts, new() { Kind = TokenizerKind.SentencePieceBpe, VocabularySize = 1_000, HasByteFallback = true, UserDefined = ["ink pot"], CharacterCoverage = 0.98 }),
        ["SentencePiece Unigram"] = texts => Train(texts, new() { Kind = TokenizerKind.Unigram, VocabularySize = 700 }),
        ["SentencePiece Unigram with bytes"] = texts => Train(texts, new() { Kind = TokenizerKind.Unigram, VocabularySize = 900, HasByteFallback = true, UserDefined = ["<tag>"], CharacterCoverage = 0.98 }),
        ["Unigram"] = texts => Train(texts, new() { Kind = TokenizerKind.Unigram, VocabularySize = 700 }).WithStages(),
    };

    private static readonly System.Collections.Concurrent.ConcurrentDictionary<string, Tokenizer> Made = new();

    public static TheoryData<string> All => [.. Makers.Keys];

    /// <summary>A tokenizer of a kind, trained on the fixture.</summary>
    public static Tokenizer Of(string kind) => Made.GetOrAdd(kind, name => Makers[name](Samples.VariedLines));

    /// <summary>A tokenizer of a kind, trained on other text.</summary>
    public static Tokenizer Other(string kind) => Made.GetOrAdd(kind + ", other", _ => Makers[kind](OtherTexts));

    /// <summary>Words and characters that the fixture does not have, among some that it has.</summary>
    public static IReadOnlyList<string> OtherTexts { get; } =
        [.. Enumerable.Range(0, 40).Select(i => $"zyzzyva zyzzyvas ქართული ენა, Übung macht den Meister {i}; the ink of the {(i % 3 == 0 ? "scribe" : "Übungen")} ქართველი")];

    /// <summary>Lines of the fixture and their words, and random strings.</summary>
    public static IEnumerable<string> Texts
    {
        get
        {
            var random = Rng.From(11).Split("edits").Cursor();
            return Samples.VariedLines.Concat(Samples.VariedLines.SelectMany(line => line.Split(' '))).Concat(Enumerable.Range(0, 300).Select(_ => Samples.Random(random, 12)));
        }
    }

    /// <summary>The tokenizer, written and read again.</summary>
    public static Tokenizer Again(Tokenizer tokenizer) => tokenizer.Parts.Model.TakesSource
        ? Tokenizer.FromSentencePiece(tokenizer.ToSentencePiece()) : Tokenizer.FromJson(tokenizer.ToJson(), tokenizer.Roles);

    /// <summary>How many tokens must stay.</summary>
    public static int Needed(Tokenizer tokenizer) => new TokenizerDraft(tokenizer).FindNeeded().Count(needed => needed);

    private static Tokenizer Train(IEnumerable<string> texts, TokenizerTrainerOptions options) => TokenizerTrainer.Train(texts, options with { AllowSmaller = true }).Tokenizer;

    private static Tokenizer Remade(Tokenizer tokenizer, Func<BytePairModel, TokenModel> remake) => new(tokenizer.Parts with { Model = remake((BytePairModel)tokenizer.Parts.Model) });

    private static Tokenizer Prefixed(IEnumerable<string> texts)
    {
        var stage = new WhitespaceStage();
        var trained = MergeTrainer.Train(texts, TextCutters.OfStages(null, stage), new() { VocabularySize = 1_500, MinimumFrequency = 1, SpecialTokens = ["<unk>"], ContinuingPrefix = InsideMark, EndSuffix = "</w>" });
        var pieces = PieceTable.Of([.. trained.Tokens.Select((token, id) => id == 0 ? [] : Encoding.UTF8.GetBytes(token))]);
        return new(new TokenizerParts
        {
            PreTokenizer = stage,
            Model = new BytePairModel(pieces, new MergeTable([.. trained.Merges]), new BytePairOptions { Prefix = InsideMark, Suffix = "</w>", Unknown = "<unk>", UnknownId = 0, FusesUnknown = true }),
            Decoder = new DecoderSequence([new WordPieceDecoder(InsideMark, cleansUp: false), new ReplaceDecoder(new LiteralPattern("</w>"), "")]),
            AddedTokens = [new(0, "<unk>")],
            Listed = new HashSet<int> { 0 },
        });
    }
}
