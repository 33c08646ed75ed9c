namespace Inkstone.Tokenizers;

/// <summary>Which special tokens open and close a document; one token may do both.</summary>
/// <param name="BeginOfText">The text of the token that opens a document, or null for none.</param>
/// <param name="EndOfText">The text of the token that closes a document, or null for none.</param>
public sealed record SpecialRoles(string? BeginOfText, string? EndOfText)
{
    private static readonly string[] KnownBegins =
        ["<|begin_of_text|>", "<|begin_of_sentence|>", "<|startoftext|>", "<s>", "<bos>", "[BOS]", "[CLS]"];

    private static readonly string[] KnownEnds =
        ["<|endoftext|>", "<|end_of_text|>", "<|end_of_sentence|>", "</s>", "<eos>", "[EOS]", "[SEP]"];

    /// <summary>Control tokens that are known by their names to end a turn of a conversation, whatever a file says of them.</summary>
    public static IReadOnlyList<string> TurnEnds { get; } = ["<|eot_id|>", "<|im_end|>", "<end_of_turn>", "<|end|>"];

    /// <summary>No special token has a role.</summary>
    public static SpecialRoles None { get; } = new(null, null);

    /// <summary>
    /// What the names of special tokens tell, since a tokenizer.json does not say it: the first of the names in common use that is
    /// there. Where there is an end and no begin, the end does both, as in GPT-2.
    /// </summary>
    /// <param name="names">The texts of the special tokens.</param>
    public static SpecialRoles FromNames(IReadOnlyCollection<string> names)
    {
        var end = KnownEnds.FirstOrDefault(names.Contains);
        return new(KnownBegins.FirstOrDefault(names.Contains) ?? end, end);
    }
}
