using Inkstone.Foundation.Errors;

namespace Inkstone.Foundation.Files;

/// <summary>
/// The one door through which everything that must survive a crash is written. The operations are those whose order
/// decides what a power cut leaves behind, so a test can record them, replay every prefix and fail any one of them.
/// What is written is durable only after <see cref="DurableStream.FlushToDisk"/>; what is created, renamed or deleted only
/// after <see cref="FlushFolder"/> of the folder that holds the name.
/// </summary>
/// <remarks>
/// Every member throws <see cref="InkstoneNotFoundException"/> where a file or folder is missing and
/// <see cref="InkstoneResourceException"/> where the disk is full, read-only, forbidden or broken.
/// </remarks>
public interface IDurableFiles
{
    /// <summary>Creates a file, or empties the one that is there, and opens it for writing.</summary>
    DurableStream Create(string path);

    /// <summary>Opens a file for writing at its end, creating it when it is missing.</summary>
    DurableStream Append(string path);

    /// <summary>Opens a file for reading.</summary>
    Stream OpenRead(string path);

    /// <summary>Renames a file or a folder. A file replaces a file of that name at once; a folder never replaces anything.</summary>
    void Rename(string path, string newPath);

    /// <summary>Deletes a file; nothing happens when there is none.</summary>
    void DeleteFile(string path);

    /// <summary>Creates a folder and the folders above it; nothing happens when it is there.</summary>
    void CreateFolder(string path);

    /// <summary>Deletes a folder with all that is in it, one entry after another (so a crash may leave a part); nothing happens when there is none.</summary>
    void DeleteFolder(string path);

    /// <summary>Makes the names in a folder durable: what was created, renamed or deleted in it.</summary>
    void FlushFolder(string path);

    /// <summary>Whether there is a file of this path.</summary>
    bool FileExists(string path);

    /// <summary>Whether there is a folder of this path.</summary>
    bool FolderExists(string path);

    /// <summary>The names (not paths) of the files in a folder, in ordinal order.</summary>
    IReadOnlyList<string> FileNames(string folder);

    /// <summary>The names (not paths) of the folders in a folder, in ordinal order.</summary>
    IReadOnlyList<string> FolderNames(string folder);
}
