using System.Text;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Files;
using Inkstone.Foundation.Formats;

namespace Inkstone.Tokenizers;

/// <summary>
/// Makes a tokenizer of GGUF metadata. What the values mean, and what holds where one is missing, is as llama.cpp has it
/// (github.com/ggml-org/llama.cpp, <c>src/llama-vocab.cpp</c>), but for control and byte tokens: text never becomes one by merging.
/// </summary>
internal static class GgufTokenizer
{
    /// <summary>U+2581, as which vocabularies write a space, and GGUF's WordPiece the beginning of a word.</summary>
    private const string Mark = "\u2581";

    private const string ContinuationPrefix = "##";

    /// <summary>Reads the metadata of a file.</summary>
    public static Tokenizer Load(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            return Read(GgufMetadata.Read(file, Path.GetFileName(path)));
        }
        catch (Exception error) when (FileErrors.IsFileError(error))
        {
            throw FileErrors.Explain(error, "cannot read the file", path);
        }
    }

    /// <summary>Reads metadata.</summary>
    public static Tokenizer Read(GgufMetadata metadata, bool leavesFillersOut = false)
    {
        var kind = metadata.Get("tokenizer.ggml.model");
        Func<GgufVocabulary, TokenizerParts> parts = kind.AsString() switch
        {
            "llama" => ScoredMerges,
            "gpt2" => BytePairs,
            "gemma4" => vocabulary => CharacterPairs(vocabulary, GgufPattern.Find("gemma4")!),
            "whitespace" => Whitespace,
            "bert" => WordPieces,
            "t5" => Unigrams,
            var other => throw kind.Error("a kind of GGUF tokenizer is not supported", "llama, gpt2, gemma4, whitespace, bert or t5", Excerpt.Of(other)),
        };
        var vocabulary = new GgufVocabulary(metadata, leavesFillersOut);
        return new(parts(vocabulary) with { Config = vocabulary.ReadConfig() });
    }

    /// <summary>SentencePiece's BPE: no rules of normalisation, and unused pieces are found like any other.</summary>
    private static TokenizerParts ScoredMerges(GgufVocabulary vocabulary)
    {
        var (begin, end, unknown) = (vocabulary.Role("bos", 1), vocabulary.Role("eos", 2), vocabulary.NeededRole("unknown", 0));
        var kinds = new SentencePieceKind[vocabulary.Tokens.Length];
        for (var id = 0; id < kinds.Length; id++)
        {
            kinds[id] = vocabulary.Kinds[id] switch
            {
                SentencePieceKind.Byte => SentencePieceKind.Byte,
                SentencePieceKind.Control or SentencePieceKind.Unknown => SentencePieceKind.Control,
                _ => SentencePieceKind.Normal, // user-defined tokens have been found before
            };
        }
        kinds[unknown.Id] = SentencePieceKind.Unknown;
        var file = new SentencePieceFile
        {
            Pieces = PieceBlock.Of([.. vocabulary.Tokens.Select(Encoding.UTF8.GetBytes)]),
            Scores = vocabulary.ReadScores(),
            Kinds = kinds,
            Algorithm = SentencePieceAlgorithm.BytePair,
            HasByteFallback = kinds.Contains(SentencePieceKind.Byte),
            BeginId = begin?.Id ?? -1,
            EndId = end?.Id ?? -1,
            PadId = vocabulary.Role("padding")?.Id ?? -1,
            Normalization = new() { AddsDummyPrefix = vocabulary.Switch("add_space_prefix", true), RemovesExtraWhitespace = false },
        };
        SentencePieceChecks.Check(file, "the tokens of a GGUF file");
        var model = new SentencePieceTokenModel(new(file));
        return new()
        {
            Model = model,
            Decoder = model.Model.Decoder,
            PostProcessor = TemplateProcessor.Around(vocabulary.AddedIf("add_bos_token", true, begin), vocabulary.AddedIf("add_eos_token", false, end)),
            AddedTokens = vocabulary.Added,
            Listed = Listed(vocabulary),
            Roles = vocabulary.Roles(begin, end),
        };
    }

    private static TokenizerParts BytePairs(GgufVocabulary vocabulary)
    {
        var pattern = PatternOf(vocabulary);
        if (pattern.IsRaw)
            return CharacterPairs(vocabulary, pattern);
        return Pairs(vocabulary, pattern, GgufMerges.ReadBytes(vocabulary, pattern.IgnoresMerges)) with
        {
            PreTokenizer = KnownPatterns.Find(pattern.Patterns, PatternDialect.Llama) is { } scanner ? new ScannerStage(scanner)
                : new PreTokenizerSequence([.. pattern.Patterns.Select(GgufExpression.Split)]),
            Decoder = new ByteLevelDecoder(ByteLevelSettings.All),
        };
    }

    /// <summary>Byte pair encoding over characters; one that is no token is written as bytes where there are tokens for these, else it goes.</summary>
    private static TokenizerParts CharacterPairs(GgufVocabulary vocabulary, GgufPattern pattern) =>
        CharacterPairs(vocabulary, pattern, pattern.EscapesSpaces ? new ReplaceNormalizer(" ", Mark) : null, [.. pattern.Patterns.Select(GgufExpression.Split)]);

    /// <summary>Byte pair encoding over the characters of words between white space, which goes.</summary>
    private static TokenizerParts Whitespace(GgufVocabulary vocabulary) => PatternOf(vocabulary) is { IsRaw: true, EscapesSpaces: false } pattern
        ? CharacterPairs(vocabulary, pattern, vocabulary.Switch("normalizer.lowercase", false) ? new GgufLowercaseNormalizer() : null, [new WhitespaceSplitStage()])
        : throw Refuse(vocabulary, "whitespace");

    private static TokenizerParts CharacterPairs(GgufVocabulary vocabulary, GgufPattern pattern, Normalizer? normalizer, List<PreTokenizerStage> stages)
    {
        var model = GgufMerges.ReadCharacters(vocabulary, pattern.TakesLineEndsWhole);
        if (!model.Options.HasByteFallback)
            stages.Add(new SplitStage(new UncoveredCharacters(model.Pieces), SplitBehavior.Removed));
        TextDecoder[] spaces = pattern.EscapesSpaces ? [new ReplaceDecoder(new LiteralPattern(Mark), " ")] : [];
        return Pairs(vocabulary, pattern, model) with
        {
            Normalizer = normalizer,
            PreTokenizer = new PreTokenizerSequence(stages),
            Decoder = new DecoderSequence([.. spaces, new ByteFallbackDecoder(), new FuseDecoder()]),
        };
    }

    private static TokenizerParts Pairs(GgufVocabulary vocabulary, GgufPattern pattern, BytePairModel model)
    {
        var (begin, end) = (vocabulary.Role("bos"), vocabulary.Role("eos"));
        // What files of Gemma 4 say of it is not heeded.
        var beginning = pattern.TakesLineEndsWhole ? vocabulary.NeededRole("bos", -1) : vocabulary.AddedIf("add_bos_token", pattern.AddsBeginning, begin);
        return new()
        {
            Model = model,
            PostProcessor = TemplateProcessor.Around(beginning, vocabulary.AddedIf("add_eos_token", false, end)),
            AddedTokens = vocabulary.Added,
            Listed = Listed(vocabulary),
            Roles = vocabulary.Roles(begin, end),
        };
    }

    private static GgufPattern PatternOf(GgufVocabulary vocabulary) =>
        GgufPattern.Find(vocabulary.Find("pre")?.AsString() ?? "") ?? throw Refuse(vocabulary, "a name that llama.cpp knows");

    private static InkstoneFormatException Refuse(GgufVocabulary vocabulary, string expected)
    {
        var name = vocabulary.Get("pre");
        return name.Error("a pre-tokenizer of a GGUF file is not supported", expected, Excerpt.Of(name.AsString()));
    }

    /// <summary>WordPiece: what begins a word is marked, rather than what does not. Whatever the switches say, a text is put between two tokens.</summary>
    private static TokenizerParts WordPieces(GgufVocabulary vocabulary)
    {
        var pieces = new byte[vocabulary.Tokens.Length][];
        for (var id = 0; id < pieces.Length; id++)
        {
            var token = vocabulary.Tokens[id];
            // The name of an unused token is left as it is; no word begins with a bracket and goes on.
            pieces[id] = vocabulary.IsSpecial(id) ? [] : Encoding.UTF8.GetBytes(token.StartsWith(Mark, StringComparison.Ordinal) ? token[Mark.Length..]
                : token is ['[', .., ']'] ? token : ContinuationPrefix + token);
        }
        var table = PieceTable.Of(pieces);
        if (table.FirstDuplicate >= 0)
            throw vocabulary.Get("tokens").Error(FormattableString.Invariant($"token {table.FirstDuplicate} is listed twice"));
        var (begin, end, unknown) = (vocabulary.Role("bos", vocabulary.Role("cls", 101)?.Id ?? -1), vocabulary.Role("seperator", 102), vocabulary.NeededRole("unknown", 100));
        var lowercase = vocabulary.Switch("normalizer.lowercase", true);
        return new()
        {
            Normalizer = new GgufBertNormalizer(lowercase, vocabulary.Switch("normalizer.strip_accents", lowercase)),
            PreTokenizer = new WhitespaceSplitStage(),
            Model = new WordPieceModel(table, unknown.Content, unknown.Id, ContinuationPrefix, longestWord: int.MaxValue),
            PostProcessor = begin is null || end is null ? null : new BertProcessor((end.Content, end.Id), (begin.Content, begin.Id)),
            Decoder = new WordPieceDecoder(ContinuationPrefix, cleansUp: true),
            AddedTokens = vocabulary.Added,
            Listed = Listed(vocabulary),
            Roles = vocabulary.Roles(begin, vocabulary.Role("eos") ?? end),
        };
    }

    private static TokenizerParts Unigrams(GgufVocabulary vocabulary)
    {
        var (begin, end, unknown) = (vocabulary.Role("bos"), vocabulary.Role("eos", 1), vocabulary.NeededRole("unknown", 2));
        double[] scores = [.. vocabulary.ReadScores()];
        var lowest = scores.Where((_, id) => vocabulary.Kinds[id] == SentencePieceKind.Normal).DefaultIfEmpty().Min();
        var pieces = new byte[scores.Length][];
        for (var id = 0; id < pieces.Length; id++)
        {
            // What unknown text costs goes by the least probable piece, and fillers of a vocabulary, far below it, are not found in text.
            var isFound = vocabulary.Kinds[id] is SentencePieceKind.Normal or SentencePieceKind.UserDefined || (vocabulary.Kinds[id] == SentencePieceKind.Unused && scores[id] >= lowest);
            pieces[id] = isFound && id != unknown.Id ? Encoding.UTF8.GetBytes(vocabulary.Tokens[id]) : [];
            scores[id] = vocabulary.Kinds[id] == SentencePieceKind.UserDefined ? 0 : Math.Max(scores[id], lowest);
        }
        var (addsPrefix, mergesSpaces) = (vocabulary.Switch("add_space_prefix", false), vocabulary.Switch("remove_extra_whitespaces", false));
        return new()
        {
            Normalizer = new GgufUnigramNormalizer(ReadMap(vocabulary), addsPrefix, mergesSpaces),
            Model = new UnigramModel(PieceTable.Of(pieces), scores, unknown.Id, hasByteFallback: false),
            PostProcessor = TemplateProcessor.Around(vocabulary.AddedIf("add_bos_token", false, begin), vocabulary.AddedIf("add_eos_token", true, end)),
            Decoder = new MetaspaceDecoder(Mark, addsPrefix || mergesSpaces ? PrependScheme.Always : PrependScheme.Never, cuts: false),
            AddedTokens = vocabulary.Added,
            Listed = Listed(vocabulary),
            Roles = vocabulary.Roles(begin, end),
        };
    }

    private static CharacterMap? ReadMap(GgufVocabulary vocabulary)
    {
        if (vocabulary.Find("precompiled_charsmap") is not { } value || value is { Type: GgufType.Array, Count: 0 })
            return null;
        if (value.ElementType is not (GgufType.UInt8 or GgufType.Int8))
            throw value.Error("a character map is not given in bytes", found: value.ElementType.ToString());
        return new([.. value.AsInt32s().Select(number => (byte)number)], "tokenizer.ggml.precompiled_charsmap");
    }

    private static HashSet<int> Listed(GgufVocabulary vocabulary)
    {
        var listed = new HashSet<int>(vocabulary.Added.Count);
        foreach (var token in vocabulary.Added)
            listed.Add(token.Id);
        return listed;
    }
}
