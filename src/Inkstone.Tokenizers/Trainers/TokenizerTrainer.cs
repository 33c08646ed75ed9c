using System.Text;
using Inkstone.Foundation.Errors;

namespace Inkstone.Tokenizers;

/// <summary>
/// Trains a tokenizer of any kind: the vocabulary by the kind's own trainer, and around it the stages by which texts were cut, so that what was
/// trained is what encodes.
/// </summary>
public static class TokenizerTrainer
{
    private const string WordEnd = "</w>";

    /// <summary>Trains a tokenizer and says what was seen on the way. Texts are read once, in order; the result depends on them and on the options alone.</summary>
    /// <param name="texts">The texts.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <param name="progress">Told now and then how far it has come.</param>
    /// <param name="cancellation">Stops the training.</param>
    /// <exception cref="InkstoneRequestException">An option is out of range; there is no text; or it supports fewer tokens than asked for.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static TokenizerTrainingResult Train(
        IEnumerable<string> texts, TokenizerTrainerOptions? options = null, IProgress<BpeTrainingProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        options ??= new();
        var trained = options.Kind switch
        {
            TokenizerKind.ByteLevelBpe => ByteLevel(texts, options, progress, cancellation),
            TokenizerKind.CharacterBpe => CharacterLevel(texts, options, progress, cancellation),
            TokenizerKind.WordPiece => WordPiece(texts, options, progress, cancellation),
            TokenizerKind.SentencePieceBpe => SentencePiece(SentencePieceBpeTrainer.Train(texts, Shared(options), progress, cancellation), options),
            TokenizerKind.Unigram => Unigram(texts, options, progress, cancellation),
            TokenizerKind.Word => Words(new WhitespaceStage(), texts, options, progress, cancellation),
            TokenizerKind.UnicodeWord => Words(new UnicodeWordsStage(), texts, options, progress, cancellation),
            TokenizerKind.Character => Characters(texts, options, progress, cancellation),
            TokenizerKind.Byte => Bytes(options),
            _ => throw new ArgumentOutOfRangeException(nameof(options), options.Kind, "There is no such kind of tokenizer."),
        };
        return options.UserDefined.Count == 0 || trained.Tokenizer.Parts.Model.TakesSource ? trained
            : trained with { Tokenizer = TokenizerEditor.AddTokens(trained.Tokenizer, [.. options.UserDefined.Distinct().Except(trained.Tokenizer.AddedTokens.Select(token => token.Content))]).Tokenizer };
    }

    private static TokenizerTrainingResult ByteLevel(IEnumerable<string> texts, TokenizerTrainerOptions options, IProgress<BpeTrainingProgress>? progress, CancellationToken cancellation)
    {
        var bytePair = new BpeTrainerOptions
        {
            VocabularySize = options.VocabularySize - options.UserDefined.Count,
            MinimumFrequency = options.MinimumFrequency,
            PreTokenizer = options.PreTokenizer,
            Ties = options.Ties,
            AllowSmaller = options.AllowSmaller,
            MaximumDistinctBytes = options.MaximumDistinctBytes,
            Threads = options.Threads,
        };
        bytePair = options.SpecialTokens is { } specials ? bytePair with { SpecialTokens = specials } : bytePair;
        var cutting = Tokenizer.Cutting(PreTokenizer.Of(options.PreTokenizer));
        PreTokenizerStage stage = options.SplitsDigits ? new PreTokenizerSequence([new DigitsStage(individual: true), .. Flat(cutting)]) : cutting;
        var isPlain = !options.SplitsDigits && !options.Lowercases;
        var trained = BpeTrainer.TrainCut(texts, bytePair, isPlain ? null : TextCutters.OfStages(Lowering(options), stage), progress, cancellation);
        var tokenizer = isPlain ? trained.Tokenizer : new(trained.Tokenizer.Parts with { Normalizer = Lowering(options), PreTokenizer = stage });
        return new(tokenizer, options.VocabularySize, trained.Bytes, trained.Pieces, trained.DistinctPieces, trained.DroppedPieces);
    }

    private static TokenizerTrainingResult CharacterLevel(IEnumerable<string> texts, TokenizerTrainerOptions options, IProgress<BpeTrainingProgress>? progress, CancellationToken cancellation)
    {
        var specials = options.SpecialTokens ?? ["<unk>", "<|endoftext|>"];
        var stage = WithDigits(new WhitespaceStage(), options);
        var trained = MergeTrainer.Train(texts, TextCutters.OfStages(Lowering(options), stage), new()
        {
            Unit = MergeUnit.Characters,
            VocabularySize = options.VocabularySize - options.UserDefined.Count,
            MinimumFrequency = options.MinimumFrequency,
            SpecialTokens = specials,
            AlphabetLimit = options.AlphabetLimit ?? int.MaxValue,
            EndSuffix = WordEnd,
            Ties = options.Ties,
            MaximumDistinctBytes = options.MaximumDistinctBytes,
            Threads = options.Threads,
        }, progress, cancellation);
        CheckSize(trained.Tokens.Count, options);
        var model = new BytePairModel(Pieces(trained.Tokens, specials), new MergeTable([.. trained.Merges]), new BytePairOptions { Suffix = WordEnd, Unknown = specials.Contains("<unk>") ? "<unk>" : null, UnknownId = specials.ToList().IndexOf("<unk>") });
        return Result(Around(model, stage, new BpeDecoder(WordEnd), specials, options), options, trained.Bytes, trained.Pieces, trained.DistinctPieces, trained.DroppedPieces);
    }

    private static TokenizerTrainingResult WordPiece(IEnumerable<string> texts, TokenizerTrainerOptions options, IProgress<BpeTrainingProgress>? progress, CancellationToken cancellation)
    {
        var settings = new WordPieceTrainerOptions
        {
            VocabularySize = options.VocabularySize - options.UserDefined.Count,
            MinimumFrequency = options.MinimumFrequency,
            AlphabetLimit = options.AlphabetLimit ?? int.MaxValue,
            Ties = options.Ties,
            MaximumDistinctBytes = options.MaximumDistinctBytes,
            Threads = options.Threads,
        };
        settings = options.SpecialTokens is { } given ? settings with { SpecialTokens = given } : settings;
        var specials = settings.SpecialTokens.ToList();
        if (!specials.Contains("[UNK]"))
            throw new InkstoneRequestException("a WordPiece vocabulary needs its unknown token among the special ones", nameof(options.SpecialTokens), expected: "[UNK]", found: string.Join(", ", specials));
        var normalizer = new BertNormalizer(cleanText: true, handleChineseCharacters: true, stripAccents: null, options.Lowercases);
        var stage = WithDigits(new BertStage(), options);
        settings.Validate();
        var trained = MergeTrainer.Train(texts, TextCutters.OfStages(normalizer, stage), settings.ToMerging(), progress, cancellation);
        CheckSize(trained.Tokens.Count, options);
        var model = new WordPieceModel(Pieces(trained.Tokens, specials), "[UNK]", specials.IndexOf("[UNK]"), settings.Mark, longestWord: 100);
        var tokenizer = Around(model, stage, new WordPieceDecoder(settings.Mark, cleansUp: true), specials, options, normalizer);
        var (classifier, separator) = (specials.IndexOf("[CLS]"), specials.IndexOf("[SEP]"));
        if (classifier >= 0 && separator >= 0)
            tokenizer = new(tokenizer.Parts with { PostProcessor = new BertProcessor(("[SEP]", separator), ("[CLS]", classifier)) });
        return Result(tokenizer, options, trained.Bytes, trained.Pieces, trained.DistinctPieces, trained.DroppedPieces);
    }

    private static TokenizerTrainingResult Unigram(IEnumerable<string> texts, TokenizerTrainerOptions options, IProgress<BpeTrainingProgress>? progress, CancellationToken cancellation)
    {
        var trained = UnigramTrainer.Train(texts, Shared(options), progress, cancellation);
        return SentencePiece(new(trained.File, trained.Bytes, trained.Words, trained.DistinctWords, trained.DroppedWords), options) with { SampledShare = trained.SeedShare };
    }

    private static TokenizerTrainingResult Words(PreTokenizerStage stage, IEnumerable<string> texts, TokenizerTrainerOptions options, IProgress<BpeTrainingProgress>? progress, CancellationToken cancellation)
    {
        var specials = options.SpecialTokens ?? ["[UNK]"];
        stage = WithDigits(stage, options);
        var trained = WordTrainer.Train(texts, TextCutters.OfStages(Lowering(options), stage), new()
        {
            VocabularySize = options.VocabularySize - options.UserDefined.Count,
            MinimumFrequency = options.MinimumFrequency,
            SpecialTokens = specials,
            MaximumDistinctBytes = options.MaximumDistinctBytes,
            Threads = options.Threads,
        }, progress, cancellation);
        return Counted(trained, stage, null, specials, options);
    }

    private static TokenizerTrainingResult Characters(IEnumerable<string> texts, TokenizerTrainerOptions options, IProgress<BpeTrainingProgress>? progress, CancellationToken cancellation)
    {
        var specials = options.SpecialTokens ?? ["[UNK]"];
        var lowered = options.Lowercases ? texts.Select(Lower) : texts;
        var trained = CharacterTrainer.Train(lowered, new()
        {
            VocabularySize = options.VocabularySize - options.UserDefined.Count,
            MinimumFrequency = options.MinimumFrequency,
            CharacterCoverage = options.CharacterCoverage,
            SpecialTokens = specials,
            Threads = options.Threads,
        }, progress, cancellation);
        return Counted(trained, new FixedLengthStage(1), new FuseDecoder(), specials, options);
    }

    private static TokenizerTrainingResult Bytes(TokenizerTrainerOptions options)
    {
        var specials = options.SpecialTokens ?? ["<|endoftext|>"];
        byte[][] pieces = [.. specials.Select(_ => Array.Empty<byte>()), .. Tokenizers.ByteLevel.Alphabet.ToArray().Select(value => new[] { value })];
        var model = new BytePairModel(PieceTable.Of(pieces), new MergeTable([]));
        var tokenizer = new Tokenizer(model, PreTokenizer.Gpt2, specials.Select((content, id) => new AddedToken(id, content)), SpecialRoles.FromNames([.. specials]));
        return Result(tokenizer, options, 0, 0, 0, 0);
    }

    private static TokenizerTrainingResult Counted(CountedVocabulary trained, PreTokenizerStage stage, TextDecoder? decoder, IReadOnlyList<string> specials, TokenizerTrainerOptions options)
    {
        var unknown = specials.FirstOrDefault(special => special is "[UNK]" or "<unk>")
            ?? throw new InkstoneRequestException("a list of words or characters needs its unknown token among the special ones", nameof(options.SpecialTokens), expected: "[UNK] or <unk>", found: string.Join(", ", specials));
        var model = new WordLevelModel(Pieces(trained.Tokens, specials), unknown, specials.ToList().IndexOf(unknown));
        return Result(Around(model, stage, decoder, specials, options), options, trained.Bytes, trained.Pieces, trained.DistinctPieces, trained.DroppedPieces);
    }

    private static UnigramTrainerOptions Shared(TokenizerTrainerOptions options)
    {
        var specials = options.SpecialTokens ?? ["<unk>", "<s>", "</s>"];
        var unknown = specials.FirstOrDefault(special => special is "<unk>" or "[UNK]") ?? "<unk>";
        return new()
        {
            VocabularySize = options.VocabularySize,
            CharacterCoverage = options.CharacterCoverage,
            UnknownToken = unknown,
            SpecialTokens = [.. specials.Where(special => special != unknown)],
            UserDefined = options.UserDefined,
            HasByteFallback = options.HasByteFallback,
            SplitsDigits = options.SplitsDigits,
            AllowSmaller = options.AllowSmaller,
            MaximumDistinctBytes = options.MaximumDistinctBytes,
            Threads = options.Threads,
            Seed = options.Seed,
        };
    }

    private static TokenizerTrainingResult SentencePiece(SentencePieceTrainingResult trained, TokenizerTrainerOptions options) =>
        new(Tokenizer.FromSentencePiece(new SentencePieceModel(trained.File)), options.VocabularySize, trained.Bytes, trained.Words, trained.DistinctWords, trained.DroppedWords);

    private static Tokenizer Around(TokenModel model, PreTokenizerStage stage, TextDecoder? decoder, IReadOnlyList<string> specials, TokenizerTrainerOptions options, Normalizer? normalizer = null) => new(new TokenizerParts
    {
        Normalizer = normalizer ?? Lowering(options),
        PreTokenizer = stage,
        Model = model,
        Decoder = decoder,
        AddedTokens = [.. specials.Select((content, id) => new AddedToken(id, content))],
        Listed = Enumerable.Range(0, specials.Count).ToHashSet(),
        Roles = SpecialRoles.FromNames([.. specials]),
    });

    private static PieceTable Pieces(IReadOnlyList<string> tokens, IReadOnlyList<string> specials) =>
        PieceTable.Of([.. tokens.Select((token, id) => id < specials.Count ? [] : Encoding.UTF8.GetBytes(token))]);

    private static LowercaseNormalizer? Lowering(TokenizerTrainerOptions options) => options.Lowercases ? new() : null;

    private static string Lower(string text)
    {
        var normalized = new NormalizedText();
        normalized.Reset(Encoding.UTF8.GetBytes(text), aligned: false);
        new LowercaseNormalizer().Normalize(normalized);
        return Encoding.UTF8.GetString(normalized.Bytes);
    }

    private static PreTokenizerStage WithDigits(PreTokenizerStage stage, TokenizerTrainerOptions options) =>
        options.SplitsDigits ? new PreTokenizerSequence([stage, new DigitsStage(individual: true)]) : stage;

    private static IReadOnlyList<PreTokenizerStage> Flat(PreTokenizerStage stage) => stage is PreTokenizerSequence sequence ? sequence.Stages : [stage];

    private static void CheckSize(int count, TokenizerTrainerOptions options)
    {
        if (count < options.VocabularySize - options.UserDefined.Count && !options.AllowSmaller)
            throw new InkstoneRequestException("the vocabulary asked for is larger than the text supports", nameof(options.VocabularySize),
                FormattableString.Invariant($"at most {count}"), FormattableString.Invariant($"{options.VocabularySize}"), $"Ask for fewer tokens, give more text, or set {nameof(options.AllowSmaller)}.");
    }

    private static TokenizerTrainingResult Result(Tokenizer tokenizer, TokenizerTrainerOptions options, long bytes, long pieces, int distinct, long dropped) =>
        new(tokenizer, options.VocabularySize, bytes, pieces, distinct, dropped);
}
