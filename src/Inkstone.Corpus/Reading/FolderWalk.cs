using System.IO.Enumeration;

namespace Inkstone.Corpus;

/// <summary>
/// The files under a folder, depth first, in ordinal order of their names, so that the order is the same on every system.
/// The names of one folder are held at a time (about 100 bytes each) and of the folders above it, never the whole tree.
/// </summary>
internal static class FolderWalk
{
    /// <summary>One file: how to open it, and its path under the folder with forward slashes.</summary>
    public readonly record struct FoundFile(string Path, string Name);

    private readonly record struct Entry(string Name, bool IsFolder, bool IsLink);

    /// <summary>
    /// Walks. Links to folders are not followed, so that no loop is possible; links to files are. Names that begin with a
    /// dot (hidden files, version control) are passed over.
    /// </summary>
    public static IEnumerable<FoundFile> Files(string root, Action<SkippedFile> skipped)
    {
        var open = new Stack<(string Path, string Name, Entry[] Entries, int Next)>();
        open.Push((root, "", List(root, "", skipped), 0));
        while (open.TryPop(out var folder))
        {
            if (folder.Next == folder.Entries.Length)
                continue;
            var entry = folder.Entries[folder.Next];
            open.Push(folder with { Next = folder.Next + 1 });
            var path = Path.Join(folder.Path, entry.Name);
            var name = folder.Name.Length == 0 ? entry.Name : folder.Name + "/" + entry.Name;
            if (entry.Name.StartsWith('.'))
                skipped(new(name, "it is hidden (its name begins with a dot)"));
            else if (!entry.IsFolder)
                yield return new(path, name);
            else if (entry.IsLink)
                skipped(new(name, "it is a link to a folder; links to folders are not followed"));
            else
                open.Push((path, name, List(path, name, skipped), 0));
        }
    }

    private static Entry[] List(string path, string name, Action<SkippedFile> skipped)
    {
        try
        {
            var entries = new FileSystemEnumerable<Entry>(path,
                (ref FileSystemEntry e) => new(e.FileName.ToString(), e.IsDirectory, (e.Attributes & FileAttributes.ReparsePoint) != 0),
                new EnumerationOptions { AttributesToSkip = 0, IgnoreInaccessible = false, RecurseSubdirectories = false }).ToArray();
            Array.Sort(entries, (a, b) => string.CompareOrdinal(a.Name, b.Name));
            return entries;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            skipped(new(name.Length == 0 ? path : name, "the folder cannot be listed: " + e.Message));
            return [];
        }
    }
}
