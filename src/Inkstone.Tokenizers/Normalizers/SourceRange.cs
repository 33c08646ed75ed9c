namespace Inkstone.Tokenizers;

/// <summary>A half-open range of bytes of the source text.</summary>
internal readonly record struct SourceRange(int Start, int End);
