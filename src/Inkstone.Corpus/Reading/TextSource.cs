using Inkstone.Foundation.Errors;
using static System.FormattableString;

namespace Inkstone.Corpus;

/// <summary>
/// Documents from any file or folder: plain text and source code as they stand, .html, .xml, .json and .jsonl as the text
/// in them; UTF-8 with or without byte order mark, UTF-16, UTF-32 with a mark. Files that are binary or cannot be read are
/// named (<see cref="TextSourceOptions.Skipped"/>) and passed over.
/// </summary>
/// <remarks>
/// A folder's documents are its files (and the records in .json and .jsonl), grouped by file. Where the path is one file,
/// it is cut into paragraph blocks, each a group of its own. Memory is bounded: one document, or the whole file where its
/// format is read whole, and the names in one folder.
/// </remarks>
public static class TextSource
{
    /// <summary>The documents under a path, read afresh at each enumeration, in ordinal order of the files' paths.</summary>
    /// <param name="path">A file or a folder.</param>
    /// <param name="options">How files become documents.</param>
    /// <exception cref="InkstoneNotFoundException">There is nothing at the path.</exception>
    /// <exception cref="InkstoneFormatException">On enumeration: nothing there holds text.</exception>
    public static IEnumerable<Document> Read(string path, TextSourceOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= new();
        options.Validate();
        RequireExisting(path);
        return Enumerate(path, options);
    }

    private static IEnumerable<Document> Enumerate(string path, TextSourceOptions options)
    {
        RequireExisting(path);
        var count = 0L;
        SkippedFile? first = null;
        void Skip(SkippedFile file)
        {
            count++;
            first ??= file;
            options.Skipped?.Invoke(file);
        }

        var alone = File.Exists(path);
        var reader = new TextFile(options, alone, Skip);
        var any = false;
        foreach (var file in alone ? [new(path, Path.GetFileName(path))] : FolderWalk.Files(path, Skip))
        {
            foreach (var document in reader.Read(file))
            {
                any = true;
                yield return document;
            }
        }
        if (any)
            yield break;
        throw new InkstoneFormatException("There is no text to read", path,
            expected: "text files: .txt, .md, source code, .html, .xml, .json or .jsonl with a text field, in UTF-8 or UTF-16",
            found: first is null ? "an empty folder"
                : alone ? first.Why
                : Invariant($"{count} files or folders that were passed over, the first {first.Name}: {first.Why}"),
            fix: "Give another file or folder, name the JSON field that holds the text, or convert the text to UTF-8.");
    }

    private static void RequireExisting(string path)
    {
        if (!File.Exists(path) && !Directory.Exists(path))
            throw new InkstoneNotFoundException("There is no such file or folder", path, fix: "Check the path.");
    }
}
