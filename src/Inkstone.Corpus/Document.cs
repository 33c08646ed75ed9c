namespace Inkstone.Corpus;

/// <summary>One text, whole in itself: the unit that is trained on, held out, or dropped as a duplicate.</summary>
/// <param name="Text">The text.</param>
/// <param name="Source">Where it came from: a file (and the place in it) or the documentation identifier of a member.</param>
/// <param name="Group">
/// The key the split goes by: documents of one group are all trained on or all held out. The declaring type for API
/// documentation, the file for folders, the paragraph block where there is one file.
/// </param>
public sealed record Document(string Text, string Source, string Group);
