namespace Inkstone.Tokenizers;

/// <summary>The patterns of published tokenizers that have a hand-written scanner, as their files write them.</summary>
internal static class KnownPatterns
{
    private const string Contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
    private const string CasesWrittenOut = "(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])";

    /// <summary>The o200k pattern.</summary>
    public static PreTokenizer O200k { get; } = new O200kPreTokenizer(longestNumber: 3, contractions: true);

    /// <summary>Mistral's Tekken.</summary>
    public static PreTokenizer Tekken { get; } = new O200kPreTokenizer(longestNumber: 1, contractions: false);

    /// <summary>DeepSeek V3's three patterns.</summary>
    public static PreTokenizer DeepSeek { get; } = new DeepSeekPreTokenizer(unicodeVersion: 160);

    private static Dictionary<string, PreTokenizer> Scanners { get; } = Build();

    /// <summary>The patterns that have a scanner; those of a sequence, each isolating its matches, stand in order.</summary>
    public static IEnumerable<(IReadOnlyList<string> Patterns, PatternDialect Dialect, PreTokenizer Scanner)> All =>
        Scanners.Select(pair => ((IReadOnlyList<string>)pair.Key[1..].Split('\0'), (PatternDialect)pair.Key[0], pair.Value));

    /// <summary>The scanner that does what splitting by a pattern does, each match and each gap a piece; null where there is none.</summary>
    public static PreTokenizer? Find(string pattern, PatternDialect dialect) => Find([pattern], dialect);

    /// <summary>As <see cref="Find(string, PatternDialect)"/>, of several patterns one after another, each of which cuts the pieces of those before.</summary>
    public static PreTokenizer? Find(IEnumerable<string> patterns, PatternDialect dialect) =>
        Scanners.GetValueOrDefault(Key(patterns, dialect));

    // Files write line ends as escapes of the pattern or as themselves.
    private static string Key(IEnumerable<string> patterns, PatternDialect dialect) =>
        (char)dialect + string.Join('\0', patterns).Replace("\r", "\\r").Replace("\n", "\\n");

    private static Dictionary<string, PreTokenizer> Build()
    {
        var scanners = new Dictionary<string, PreTokenizer>();
        const string gpt2 = @"| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)";
        Add(PreTokenizer.Gpt2, "'s|'t|'re|'ve|'m|'ll|'d" + gpt2 + @"|\s+");
        // A gap of this one is the single space that the last alternative would have taken.
        Add(PreTokenizer.Gpt2, "'s|'t|'re|'ve|'m|'ll|'d" + gpt2);
        Add(PreTokenizer.Gpt2, "'(?:[sdmt]|ll|ve|re)" + gpt2 + @"|\s+");
        Add(PreTokenizer.Gpt2, @"'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s");

        const string gpt4 = @"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
        var qwen2 = gpt4.Replace("{1,3}", "");
        Add(PreTokenizer.Gpt4, Contractions + gpt4);
        Add(PreTokenizer.Qwen2, Contractions + qwen2);
        Add(PreTokenizer.Gpt4, "'(?i:[sdmt]|ll|ve|re)" + gpt4);
        Add(PreTokenizer.Qwen2, @"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+");
        Add(new Gpt4PreTokenizer(3, foldsLongS: false), CasesWrittenOut + gpt4);
        Add(new Gpt4PreTokenizer(1, foldsLongS: false), CasesWrittenOut + qwen2);
        AddOf(PatternDialect.Rust, new Gpt4PreTokenizer(3, wholeTail: true),
            @"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s");

        Add(O200k, O200k.Pattern);
        Add(Tekken, Tekken.Pattern);
        Add(DeepSeek, [.. DeepSeekPreTokenizer.Patterns]);
        AddOlder(PreTokenizer.Gpt2, "'s|'t|'re|'ve|'m|'ll|'d" + gpt2);
        AddOlder(new Gpt4PreTokenizer(3, foldsLongS: false), CasesWrittenOut + gpt4);
        AddOlder(new Gpt4PreTokenizer(1, foldsLongS: false), CasesWrittenOut + qwen2);
        AddOf(PatternDialect.Llama, new DeepSeekPreTokenizer(GgufBertNormalizer.UnicodeVersion), [.. DeepSeekPreTokenizer.Patterns]);
        return scanners;

        void AddOlder(PreTokenizer scanner, string pattern) => AddOf(PatternDialect.Llama, new OlderPreTokenizer(scanner, pattern), pattern);

        void Add(PreTokenizer scanner, params string[] patterns)
        {
            AddOf(PatternDialect.Oniguruma, scanner, patterns);
            AddOf(PatternDialect.Rust, scanner, patterns);
        }

        void AddOf(PatternDialect dialect, PreTokenizer scanner, params string[] patterns) => scanners.Add(Key(patterns, dialect), scanner);
    }
}
