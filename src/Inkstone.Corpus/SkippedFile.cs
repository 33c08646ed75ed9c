namespace Inkstone.Corpus;

/// <summary>A file or folder that was not read, or not read whole, and why.</summary>
/// <param name="Name">Its path, relative to the folder that is read.</param>
/// <param name="Why">The reason, in words for the person whose file it is.</param>
/// <param name="Partly">True when some of its text was used all the same.</param>
public sealed record SkippedFile(string Name, string Why, bool Partly = false);
