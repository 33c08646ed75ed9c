using Inkstone.Corpus;

namespace Inkstone.Recipes;

/// <summary>Names files that could not be read as they are met: the first few, then how many more.</summary>
internal sealed class SkippedNotes(IRecipeObserver observer)
{
    private const int MostNamed = 10;

    public long Count { get; private set; }

    public void Add(SkippedFile file)
    {
        if (Count++ < MostNamed)
            observer.Note($"  {(file.Partly ? "read in part" : "skipped")}: {file.Name}: {file.Why}");
    }

    /// <summary>Says how many were not named.</summary>
    /// <param name="where">Where the others are named; null where they are not.</param>
    public void Close(string? where = null)
    {
        if (Count > MostNamed)
            observer.Note(string.Create(System.Globalization.CultureInfo.InvariantCulture,
                $"  and {Count - MostNamed:N0} more files were skipped or read in part{(where is null ? "" : "; " + where)}"));
    }
}
