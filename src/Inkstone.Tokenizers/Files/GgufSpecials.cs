namespace Inkstone.Tokenizers;

/// <summary>Which tokens of a GGUF vocabulary are matched as wholes in text, and how.</summary>
internal static class GgufSpecials
{
    // Converters have marked these as user-defined or not at all; llama.cpp takes them for control tokens by their names, and so nobody types one.
    private static readonly HashSet<string> ControlNames =
    [
        .. SpecialRoles.TurnEnds, "<|eom_id|>", "<|return|>", "<|call|>", "<|flush|>", "<|calls|>", "<|endoftext|>", "<|end_of_text|>", "</s>",
        "<EOT>", "_<EOT>", "[EOT]", "[EOS]", "<eos>", "<turn|>", "<|tool_response>", "<end_of_utterance>", "<｜end▁of▁sentence｜>", "[e~[",
    ];

    // The tokens of Phi 3 that leave the white space after them alone.
    private static readonly string[] NotStripping = ["<unk>", "<s>", "<|endoftext|>"];

    /// <summary>Whether a token is a control token by its name.</summary>
    public static bool IsControl(string token) => ControlNames.Contains(token);

    /// <summary>The tokens matched as wholes.</summary>
    public static AddedToken[] Added(GgufVocabulary vocabulary)
    {
        var added = new AddedToken[Enumerable.Range(0, vocabulary.Tokens.Length).Count(IsAdded)];
        var count = 0;
        var (pre, architecture, name) = (vocabulary.Find("pre")?.AsString() ?? "", vocabulary.Text("general.architecture"), vocabulary.Text("general.name"));
        var mask = pre.Contains("jina-v2-", StringComparison.Ordinal) || architecture is "nomic-bert-moe" or "jina-bert-v3" ? "<mask>"
            : name.Contains("modern-bert", StringComparison.OrdinalIgnoreCase) ? "[MASK]" : null;
        var isPhi3 = mask is null && (name.Contains("phi-3", StringComparison.OrdinalIgnoreCase) || name.Contains("phi3", StringComparison.OrdinalIgnoreCase));
        for (var id = 0; id < vocabulary.Tokens.Length; id++)
        {
            var token = vocabulary.Tokens[id];
            if (IsAdded(id))
                added[count++] = new(id, token, vocabulary.IsSpecial(id)) { StripsLeft = token == mask, StripsRight = isPhi3 && !NotStripping.Contains(token) };
        }
        return added;

        bool IsAdded(int id) => vocabulary.IsSpecial(id) || vocabulary.Kinds[id] == SentencePieceKind.UserDefined;
    }
}
