using System.Globalization;

namespace Inkstone.Tokenizers;

/// <summary>What published rank files leave unsaid: their special tokens.</summary>
public static class RankVocabularies
{
    /// <summary>How many tokens cl100k's file has.</summary>
    internal const int Cl100kCount = 100_256;

    /// <summary>How many tokens Llama 3's file has.</summary>
    internal const int Llama3Count = 128_000;

    /// <summary>Those of OpenAI's cl100k: end of text, the three marks of fill-in-the-middle, end of prompt.</summary>
    public static IReadOnlyList<AddedToken> Cl100kSpecials { get; } =
    [
        new(100257, "<|endoftext|>"),
        new(100258, "<|fim_prefix|>"),
        new(100259, "<|fim_middle|>"),
        new(100260, "<|fim_suffix|>"),
        new(100276, "<|endofprompt|>"),
    ];

    /// <summary>Those of Llama 3 as first published: 256 from id 128,000 on, most of them reserved.</summary>
    public static IReadOnlyList<AddedToken> Llama3Specials { get; } = [.. Enumerable.Range(0, 256).Select(index => new AddedToken(128_000 + index, Llama3Name(index)))];

    private static string Llama3Name(int index) => index switch
    {
        0 => "<|begin_of_text|>",
        1 => "<|end_of_text|>",
        6 => "<|start_header_id|>",
        7 => "<|end_header_id|>",
        9 => "<|eot_id|>",
        < 6 => Reserved(index - 2),
        8 => Reserved(4),
        _ => Reserved(index - 5),
    };

    private static string Reserved(int number) => string.Create(CultureInfo.InvariantCulture, $"<|reserved_special_token_{number}|>");
}
