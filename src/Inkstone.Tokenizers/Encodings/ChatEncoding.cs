namespace Inkstone.Tokenizers;

/// <summary>A conversation as tokens.</summary>
/// <param name="Text">What the template wrote.</param>
/// <param name="Tokens">Its tokens, with offsets in UTF-16 units of the text.</param>
/// <param name="CarriesLoss">For each token whether a model is trained on it: those of the assistant's messages.</param>
/// <param name="Notes">What a person should know: begins of text doubled or lost, earlier turns rewritten.</param>
public sealed record ChatEncoding(string Text, IReadOnlyList<TokenInText> Tokens, IReadOnlyList<bool> CarriesLoss, IReadOnlyList<string> Notes)
{
    /// <summary>The ids.</summary>
    public int[] Ids => [.. Tokens.Select(token => token.Id)];
}
