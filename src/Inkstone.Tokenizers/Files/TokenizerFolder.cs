using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Formats;

namespace Inkstone.Tokenizers;

/// <summary>Finds out what a file or a folder holds, and makes a tokenizer of it.</summary>
internal static class TokenizerFolder
{
    private static readonly string[] Names = ["tokenizer.json", "tokenizer.model", "spiece.model", "sentencepiece.bpe.model", "vocab.json", "vocab.txt"];

    /// <summary>Reads a file or a folder.</summary>
    public static Tokenizer Load(string path, SpecialRoles? roles)
    {
        var folder = Directory.Exists(path) ? path : Path.GetDirectoryName(path) is { Length: > 0 } parent ? parent : ".";
        if (Directory.Exists(path))
            path = Path.Combine(folder, Names.FirstOrDefault(name => File.Exists(Path.Combine(folder, name))) ?? Names[0]);
        // Only a folder's own files say more about it: a file by itself may lie among others that have nothing to do with it.
        var config = Names.Contains(Path.GetFileName(path)) ? TokenizerConfig.FromFolder(folder) : null;
        var name = Path.GetFileName(path);
        var tokenizer = Path.GetExtension(path) switch
        {
            ".gguf" => GgufTokenizer.Load(path),
            ".json" when name != "vocab.json" => TokenizerJsonReader.Read(WholeFile.Read(path), null, path),
            ".json" or ".txt" or ".tiktoken" or ".model" => Read(name, WholeFile.Read(path), () => WholeFile.Read(Path.Combine(folder, "merges.txt")), config),
            _ => throw new InkstoneRequestException("what kind of tokenizer a file holds cannot be told from its name", path,
                expected: "tokenizer.json, vocab.json, vocab.txt, *.tiktoken, *.model or *.gguf"),
        };
        return WithConfig(tokenizer, config, roles);
    }

    /// <summary>A tokenizer of files in memory: a vocab.json with its merges, a vocab.txt, a rank file or a SentencePiece model.</summary>
    /// <param name="name">The file's name.</param>
    /// <param name="bytes">Its bytes.</param>
    /// <param name="merges">Gets those of the merges.txt beside a vocab.json.</param>
    /// <param name="config">What the files beside it say.</param>
    /// <exception cref="InkstoneFormatException">A file is broken.</exception>
    public static Tokenizer Read(string name, byte[] bytes, Func<byte[]> merges, TokenizerConfig? config) => Path.GetExtension(name) switch
    {
        ".json" => WithStagesOf(config, Tokenizer.FromMerges(bytes, merges(), ScannerOf(config), Added(config, bytes, name), SpecialRoles.None, name)),
        ".txt" => Tokenizer.FromVocabulary(bytes, config?.Lowercases, name),
        ".model" when !RankFile.Looks(bytes) => WithAdded(Tokenizer.FromSentencePiece(bytes, name), config),
        _ => ReadRanks(bytes, name),
    };

    /// <summary>A tokenizer with what the files beside its own say.</summary>
    public static Tokenizer WithConfig(Tokenizer tokenizer, TokenizerConfig? config, SpecialRoles? roles) =>
        new(tokenizer.Parts with { Roles = roles ?? RolesOf(tokenizer, config) ?? tokenizer.Roles, Config = config ?? tokenizer.Config });

    /// <summary>A rank file by itself: of the vocabularies that people publish so, its size tells which one it is.</summary>
    private static Tokenizer ReadRanks(byte[] bytes, string name)
    {
        var model = RankFile.Read(bytes, name);
        return model.Count switch
        {
            RankVocabularies.Llama3Count => Tokenizer.FromRanks(bytes, PreTokenizer.Gpt4, RankVocabularies.Llama3Specials, name: name),
            RankVocabularies.Cl100kCount => Tokenizer.FromRanks(bytes, PreTokenizer.Gpt4, RankVocabularies.Cl100kSpecials, name: name),
            _ => Tokenizer.FromRanks(bytes, name.StartsWith("gpt2", StringComparison.Ordinal) || name.StartsWith("r50k", StringComparison.Ordinal) ? PreTokenizer.Gpt2 : PreTokenizer.Gpt4, name: name),
        };
    }

    /// <summary>How the classes that publish vocab.json and merges.txt cut text.</summary>
    private static PreTokenizer ScannerOf(TokenizerConfig? config) =>
        config?.TokenizerClass is { } type && type.StartsWith("Qwen2", StringComparison.Ordinal) ? PreTokenizer.Qwen2 : PreTokenizer.Gpt2;

    private static Tokenizer WithStagesOf(TokenizerConfig? config, Tokenizer tokenizer) =>
        config?.TokenizerClass is { } type && type.StartsWith("Qwen2", StringComparison.Ordinal)
            ? new(tokenizer.Parts with { Normalizer = new FormNormalizer(NormalizationKind.Nfc) }) : tokenizer;

    private static IReadOnlyList<AddedToken> Added(TokenizerConfig? config, byte[] vocabulary, string name)
    {
        if (config is { AddedTokens.Count: > 0 })
            return config.AddedTokens;
        var listed = BoundedJson.Parse(vocabulary, name);
        HashSet<string> specials = [.. config?.Roles.Values ?? [], .. config?.AdditionalSpecials ?? [], "<|endoftext|>"];
        return [.. listed.Members().Where(member => specials.Contains(member.Key)).Select(member => new AddedToken(member.Value.AsInt32(0), member.Key))];
    }

    /// <summary>A SentencePiece tokenizer with the added tokens of its configuration, and the begin and end of text that it asks for.</summary>
    private static Tokenizer WithAdded(Tokenizer tokenizer, TokenizerConfig? config)
    {
        if (config is null)
            return tokenizer;
        var added = tokenizer.AddedTokens.ToDictionary(token => token.Id);
        var highest = VocabularyReader.HighestAllowed(tokenizer.VocabularySize + config.AddedTokens.Count);
        foreach (var token in config.AddedTokens)
        {
            if (token.Id > highest)
                throw new InkstoneFormatException("an added token's id is far beyond the tokens there are", "tokenizer_config.json", FormattableString.Invariant($"at most {highest}"), FormattableString.Invariant($"{token.Id}"));
            // The unknown piece stays what unknown text becomes, and is no token to be typed.
            if (tokenizer.IdToToken(token.Id) is { } own && own != token.Content)
                throw new InkstoneFormatException("an added token has the id of another token", "tokenizer_config.json", own, token.Content);
            if (token.Id >= tokenizer.VocabularySize || added.ContainsKey(token.Id))
                added[token.Id] = token;
        }
        var begin = config.AddsBeginOfText == true ? config.Roles.GetValueOrDefault("bos_token") : null;
        var end = config.AddsEndOfText == true ? config.Roles.GetValueOrDefault("eos_token") : null;
        AddedToken[] tokens = [.. added.Values];
        return new(tokenizer.Parts with { AddedTokens = tokens, PostProcessor = TemplateProcessor.Around(Find(begin), Find(end)) });

        AddedToken? Find(string? content) => tokens.FirstOrDefault(token => token.Content == content);
    }

    private static SpecialRoles? RolesOf(Tokenizer tokenizer, TokenizerConfig? config)
    {
        if (config is null || config.Roles.Count == 0)
            return null;
        var (begin, end) = (config.SpecialRoles.BeginOfText, config.SpecialRoles.EndOfText);
        return new(IsSpecial(begin) ? begin : null, IsSpecial(end) ? end : null);

        bool IsSpecial(string? content) => tokenizer.AddedTokens.Any(token => token.IsSpecial && token.Content == content);
    }
}
