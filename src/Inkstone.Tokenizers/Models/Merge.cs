namespace Inkstone.Tokenizers;

/// <summary>One rule of byte pair encoding: two neighbouring tokens become one. Its rank is its place in the list of rules.</summary>
/// <param name="Left">The id of the left token.</param>
/// <param name="Right">The id of the right token.</param>
/// <param name="Result">The id of the token that takes their place.</param>
internal readonly record struct Merge(int Left, int Right, int Result);
