namespace Inkstone.Tokenizers;

/// <summary>
/// Cuts text into pieces that no merge crosses. Pieces lie end to end and cover the whole text. A pre-tokenizer works on UTF-8 in
/// one pass, linear in the text, and takes a broken sequence for U+FFFD, which is neither letter, number nor space.
/// </summary>
public abstract class PreTokenizer
{
    private protected PreTokenizer()
    {
    }

    /// <summary>GPT-2's: English contractions, and runs of letters, of numbers or of other characters with at most one space before.</summary>
    public static PreTokenizer Gpt2 { get; } = new Gpt2PreTokenizer();

    /// <summary>
    /// The one of GPT-4's cl100k vocabulary and of Llama 3: any single character may stand before letters, numbers go by up to three
    /// digits, and line ends close a piece.
    /// </summary>
    public static PreTokenizer Gpt4 { get; } = new Gpt4PreTokenizer(longestNumber: 3);

    /// <summary>The one of Qwen 2: as <see cref="Gpt4"/>, each digit by itself.</summary>
    public static PreTokenizer Qwen2 { get; } = new Gpt4PreTokenizer(longestNumber: 1);

    /// <summary>The one of GPT-4o's o200k vocabulary: words are told apart by capital letters too.</summary>
    public static PreTokenizer O200k => KnownPatterns.O200k;

    /// <summary>The one of DeepSeek V3: numbers by up to three digits, ideographs by themselves, then words.</summary>
    public static PreTokenizer DeepSeek => KnownPatterns.DeepSeek;

    /// <summary>Those whose pattern matches every character.</summary>
    internal static IReadOnlyList<PreTokenizer> Known { get; } = [Gpt2, Gpt4, Qwen2];

    /// <summary>The pre-tokenizer of a kind.</summary>
    public static PreTokenizer Of(PreTokenizerKind kind) => kind switch
    {
        PreTokenizerKind.Gpt2 => Gpt2,
        PreTokenizerKind.Gpt4 => Gpt4,
        PreTokenizerKind.Qwen2 => Qwen2,
        PreTokenizerKind.O200k => O200k,
        PreTokenizerKind.DeepSeek => DeepSeek,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "There is no such kind of pre-tokenizer."),
    };

    /// <summary>The name used in options and reports, such as <c>gpt2</c>.</summary>
    public abstract string Name { get; }

    /// <summary>The regular expression this scanner carries out, as tokenizer.json files write it.</summary>
    public abstract string Pattern { get; }

    /// <summary>The regular expressions of a tokenizer.json that cut as this scanner does, one after another.</summary>
    internal virtual IReadOnlyList<string> Expressions => [Pattern];

    /// <summary>The end of the piece that begins at a position inside the text; always beyond the position.</summary>
    /// <param name="utf8">The whole text: what follows a piece decides where it ends.</param>
    /// <param name="start">Where the piece begins: 0, or an end given by this method.</param>
    public abstract int Next(ReadOnlySpan<byte> utf8, int start);

    /// <inheritdoc/>
    public override string ToString() => Name;

    /// <summary>The position after the run of characters of one class.</summary>
    private protected static int SkipRun(ReadOnlySpan<byte> utf8, int position, CharacterClass wanted)
    {
        if (wanted == CharacterClass.Letter)
            position = AsciiRun.SkipLetters(utf8, position);
        while (position < utf8.Length && CharacterClasses.At(utf8, position, out var length) == wanted)
            position += length;
        return position;
    }

    /// <summary>
    /// <c>\s+(?!\S)|\s+</c> at a white-space character: the run of white space, less its last character where something else
    /// follows and more than that one remains.
    /// </summary>
    private protected static int SkipSpaces(ReadOnlySpan<byte> utf8, int start)
    {
        int position = start, last = start;
        while (position < utf8.Length && IsWhite(CharacterClasses.At(utf8, position, out var length)))
        {
            last = position;
            position += length;
        }
        return position == utf8.Length || last == start ? position : last;
    }

    private protected static bool IsWhite(CharacterClass value) => value is CharacterClass.Space or CharacterClass.Newline;
}
