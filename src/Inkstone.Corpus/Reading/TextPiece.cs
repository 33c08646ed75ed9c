namespace Inkstone.Corpus;

/// <summary>A part of a file's text, in order.</summary>
/// <param name="Text">The text; a long one is best given in parts.</param>
/// <param name="EndsRecord">True where a record of the file ends, which is a document of its own.</param>
internal readonly record struct TextPiece(string Text, bool EndsRecord = false);
