namespace Inkstone.Tokenizers;

/// <summary>
/// What a GGUF file's <c>tokenizer.ggml.pre</c> stands for: the patterns that llama.cpp gives the name, one after another, each match and
/// each gap a piece, in <see cref="PatternDialect.Llama"/>'s reading; and the settings that go with the name where the file itself is silent.
/// Where llama.cpp carries a pattern out otherwise than it is written there, what stands here is what it does: its classes of letters tell
/// no cases, a pattern without a class of letters sees all white space beyond ASCII as a vertical tab, and some are scanners of its own.
/// </summary>
/// <param name="Patterns">The patterns, in order.</param>
internal sealed record GgufPattern(params string[] Patterns)
{
    private const string CasesWrittenOut = "(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])";
    private const string Gpt2 = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)";
    private const string WhiteSpace = @"|\s*[\r\n]+|\s+(?!\S)|\s+";
    private const string Signs = @"| ?[^\s\p{L}\p{N}]+[\r\n]*" + WhiteSpace;
    private const string Llama3 = CasesWrittenOut + @"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}" + Signs;
    private const string Qwen2 = CasesWrittenOut + @"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}" + Signs;
    private const string Bloom = " ?[^(\\s|.,!?…。，、।۔،)]+";
    private const string Lines = @"[^\n]+|[\n]+";
    private const string EastAsian = "[一-龥\u3040-ゟ゠-ヿ]+";
    private const string AsciiSign = @"[!""#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+";
    private const string Tail = @"| ?[^\s\p{L}\p{N}]+[\r\n/]*" + WhiteSpace;
    private const string Words = AsciiSign + @"|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+";
    private const string Letters = @"[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+" + CasesWrittenOut + "?";
    private const string Ideographs = "[[一-龥\u0800-一가-\uD7FF]&&\\S]+";

    // Blocks rather than a script, as llama.cpp lists them for Kimi K2.
    private const string HanBlocks = @"\u4E00-\u9FFF\u3400-\u4DBF\uF900-\uFAFF\U00020000-\U0002A6DF\U0002A700-\U0002EBEF\U0002F800-\U0002FA1F";

    // Chinese, Japanese, Thai, Lao, Khmer, Burmese and Korean, by blocks too; the compatibility ideographs begin at U+8C48, which is what
    // U+F900 has become in llama.cpp's source, and so reach over all that lies between.
    private const string UnspacedBlocks = @"[\u3400-\u4DBF\u4E00-\uD7FF\uE000-\uFAFF\u3040-\u30FF\uFF65-\uFF9F\u2F00-\u2FDF\u0E40-\u0EFF\u1780-\u17FF\u1000-\u109F\u1100-\u11FF]+";

    // Latin, Greek, Cyrillic and the other alphabets with cases, as DeepSeek's first tokenizer lists them.
    private const string CasedLetters =
        "A-Za-zµÀ-ÖØ-öø-ƺƼ-ƿǄ-ʓʕ-ʯͰ-ͳͶͷͻ-ͽͿΆΈ-ΊΌΎ-ΡΣ-ϵϷ-ҁҊ-ԯԱ-ՖႠ-ჅᎠ-Ᏽᏸ-ᏽᲐ-ᲺᲽ-Ჿᴀ-ᴫᵫ-ᵷᵹ-ᶚḀ-ἕἘ-Ἕἠ-ὅὈ-Ὅὐ-ὗὙὛὝὟ-\u1F7Dᾀ-ᾴᾶ-ᾼ\u1FBEῂ-ῄῆ-ῌῐ-\u1FD3ῖ-\u1FDBῠ-Ῥῲ-ῴῶ-ῼℂℇℊ-ℓℕℙ-ℝℤ\u2126ℨ"
        + "\u212A-ℭℯ-ℴℹℼ-ℿⅅ-ⅉⅎↃↄⰀ-ⱻⱾ-ⳤⳫ-ⳮⳲⳳꙀ-ꙭꚀ-ꚛꜢ-ꝯꝱ-ꞇꞋ-ꞎꭰ-ꮿﬀ-ﬆﬓ-ﬗＡ-Ｚａ-ｚ𐐀-𐑏𐒰-𐓓𐓘-𐓻𐲀-𐲲𐳀-𐳲𑢠-𑣟𞤀-𞥃";

    /// <summary>The words of DeepSeek's first tokenizer.</summary>
    public const string CasedWords = $"\\s?[{CasedLetters}]+";

    private static readonly Dictionary<string, GgufPattern> ByName = Build();

    /// <summary>Whether a piece that is a token is taken as it is, before any merging.</summary>
    public bool IgnoresMerges { get; init; }

    /// <summary>Whether a text begins with the token of its beginning where the file does not say.</summary>
    public bool AddsBeginning { get; init; }

    /// <summary>Whether merging goes by characters of UTF-8 rather than by bytes written as letters.</summary>
    public bool IsRaw { get; init; }

    /// <summary>Whether spaces are written as U+2581.</summary>
    public bool EscapesSpaces { get; init; }

    /// <summary>
    /// Whether line ends, as Gemma 4 has it, are the token of as many even if no merging leads there. Its texts begin with the token of
    /// their beginning whatever the file says.
    /// </summary>
    public bool TakesLineEndsWhole { get; init; }

    /// <summary>The names that are known.</summary>
    public static IReadOnlyCollection<string> Names => ByName.Keys;

    /// <summary>The patterns of a name, or null where it is not known or has a pattern that cannot be carried out.</summary>
    public static GgufPattern? Find(string name) => ByName.GetValueOrDefault(name);

    private static Dictionary<string, GgufPattern> Build()
    {
        var byName = new Dictionary<string, GgufPattern>();
        Add(new(@"[\p{P}\$\+<=>\^~\|]+", Gpt2, @"\p{N}+", "[0-9][0-9][0-9]"), "default", "");
        Add(new(Llama3) { IgnoresMerges = true, AddsBeginning = true },
            "llama3", "llama-v3", "llama-bpe", "falcon3", "falcon-h1", "pixtral", "midm-2.0", "lfm2", "jina-v5-nano");
        Add(new(Llama3), "dbrx", "smaug-bpe", "glm4", "chatglm-bpe");
        Add(new(CasesWrittenOut + @"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s{512}(?!\S)|\s{256}(?!\S)|\s{128}(?!\S)"
            + @"|\s{64}(?!\S)|\s{32}(?!\S)|\s{16}(?!\S)|\s{8}(?!\S)|\s{4}(?!\S)|\s{1,2}(?!\S)|\s{1}"), "jais-2");
        Add(new("[\\r\\n]", CasedWords, "\\s?[!-/:-~！-／：-～‘-‟\u3001-。]+", "\\s+$", Ideographs, @"\p{N}+"), "deepseek-llm");
        Add(new("[\\r\\n]", @"\s?\p{L}+", @"\s?\p{P}+", Ideographs, @"\p{N}"), "deepseek-coder");
        Add(new([.. DeepSeekPreTokenizer.Patterns]), "deepseek-v3", "hunyuan-dense", "joyai-llm", "hy_v4");
        Add(new(@"\p{N}{1,3}", EastAsian, Words + @"|[\r\n]|\s+(?!\S)|\s+", @"\p{N}"), "spark2_5");
        Add(new(DigitGroups.Numbers, UnspacedBlocks, Words + @"[\r\n]*" + WhiteSpace), "afmoe");
        Add(new(DigitGroups.Numbers, Letters + @"|\p{N}{1,3}" + Tail), "tiny_aya", "cohere2moe");
        Add(new(@"\p{N}+", DigitGroups.Ascii), "superbpe");
        Add(new("[가-힣ㄱ-ㆎ]+|[！…“”‘’—：；，、-\u303F︰-﹏]+|[ㄅ-ㄯ]+|" + EastAsian, Letters + @"|\p{N}" + Tail) { IgnoresMerges = true }, "youtu");
        Add(new(@"[\p{P}\$\+<=>\^~\|`]+", Gpt2, "[0-9][0-9][0-9]"), "falcon");
        Add(new(@"\p{N}", Gpt2), "starcoder", "refact", "command-r", "smollm", "codeshell", "exaone", "minerva-7b", "mellum2");
        Add(new(Gpt2), "gpt-2", "phi-2", "jina-es", "jina-de", "gigachat", "jina-v2-es", "jina-v2-de", "a.x-4.0", "mellum", "modern-bert", "jina-v1-en",
            "jina-v2-code", "roberta-bpe", "mpt", "olmo", "jais", "trillion", "granite-docling", "exaone4");
        Add(new(Qwen2), "qwen2", "deepseek-r1-qwen", "kormo", "f2llmv2", "stablelm2", "hunyuan", "solar-open", "megrez", "grok-2");
        Add(new(CasesWrittenOut + @"|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*" + WhiteSpace), "qwen35");
        Add(new(Bloom), "poro-chat", "bloom", "gpt3-finnish");
        Add(new(Bloom, @"\p{N}"), "viking");
        Add(new(Cased("*", "+") + "|" + Cased("+", "*") + @"|\p{N}" + Tail) { IgnoresMerges = true, AddsBeginning = true }, "tekken");
        Add(new("<sentinel:[0-9]+>", "(IMGIMG)((A|B|C|D|E|F|G|H|I){1,4})Z", "([\\t\\n]|    |  )", @"\p{N}", @"[\p{P}!-/:-@\[-`{-~]", Gpt2) { AddsBeginning = true },
            "chameleon");
        Add(new(Cased("*", "+") + CasesWrittenOut + "?|" + Cased("+", "*") + CasesWrittenOut + @"?|\p{N}{1,3}" + Tail),
            "gpt-4o", "llama4", "kanana2", "talkie", "minimax-m2");
        Add(new(Cased("*", "+", @"\p{M}") + CasesWrittenOut + "?|" + Cased("+", "*", @"\p{M}") + CasesWrittenOut + @"?|\p{N}{1,3}" + Tail)
        { IgnoresMerges = true }, "granite-embed-multi-97m");
        Add(new($"[{HanBlocks}]+|" + @"[^\r\n\p{L}\p{N}]?" + $@"[\p{{L}}&&[^{HanBlocks}]]+{CasesWrittenOut}?|\p{{N}}{{1,3}}" + Signs), "kimi-k2");
        Add(new(@"'(?:[sSdDmMtT]|[lL][lL]|[vV][eE]|[rR][eE])|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+"),
            "bailingmoe", "bailingmoe2", "llada-moe");
        Add(new(CasesWrittenOut + @"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1}| ?[^\s\p{L}\p{N}\r\n]+" + WhiteSpace), "seed-coder");
        Add(new(@"[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}" + Signs), "ufakzeka");
        Add(new(Lines, Qwen2), "laguna");
        Add(new(CasesWrittenOut + @"|[^\r\n\p{L}\p{N}]?(?:\p{L}\p{M}*(?: \p{L}\p{M}*)*)+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]?|\s*[\r\n]|\s+(?!\S)|\s+"), "exaone-moe");
        Add(new(Lines) { IsRaw = true, EscapesSpaces = true, TakesLineEndsWhole = true }, "gemma4", "granite-embed-multi-311m");
        Add(new(Lines) { IsRaw = true, EscapesSpaces = true }, "sarvam-moe");
        Add(new(@"\S+") { IsRaw = true }, "whitespace");
        Add(new(@"\p{N}{1,3}", CasesWrittenOut + @"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}+" + Signs) { IgnoresMerges = true }, "minicpm5");
        return byName;

        void Add(GgufPattern pattern, params ReadOnlySpan<string> names)
        {
            foreach (var name in names)
                byName.Add(name, pattern);
        }

        // Letters that are not lower-case ASCII, then letters that are not upper-case ASCII: what llama.cpp makes of o200k's classes.
        static string Cased(string upper, string lower, string marks = "") =>
            $@"[^\r\n\p{{L}}\p{{N}}]?((?=[\p{{L}}{marks}])([^a-z])){upper}((?=[\p{{L}}{marks}])([^A-Z])){lower}";
    }
}
