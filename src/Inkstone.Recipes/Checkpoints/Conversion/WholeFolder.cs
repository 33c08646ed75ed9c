using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Files;

namespace Inkstone.Recipes;

/// <summary>Writes a folder that appears under its name whole or not at all.</summary>
internal static class WholeFolder
{
    private const string OldSuffix = ".old";

    /// <summary>Writes a folder. What is replaced stays until the new folder has its name.</summary>
    /// <param name="files">Where to write.</param>
    /// <param name="path">The folder.</param>
    /// <param name="write">Writes its files, flushed, into the folder it is given.</param>
    public static void Write(IDurableFiles files, string path, Action<string> write)
    {
        var (temporary, old) = (path + DurableWriting.TemporarySuffix, path + OldSuffix);
        var (isAside, isDone) = (false, false);
        try
        {
            files.DeleteFolder(temporary);
            files.CreateFolder(temporary);
            write(temporary);
            files.FlushFolder(temporary);
            if (files.FolderExists(path))
            {
                files.DeleteFolder(old);
                files.Rename(path, old);
                isAside = true;
            }
            files.Rename(temporary, path);
            isDone = true;
            files.FlushFolder(DurableWriting.FolderOf(path));
            if (isAside)
                files.DeleteFolder(old);
        }
        finally
        {
            if (!isDone)
            {
                if (isAside)
                    TryDelete(() => files.Rename(old, path));
                TryDelete(() => files.DeleteFolder(temporary));
            }
        }
    }

    /// <summary>Takes a leftover away as far as the disk lets it: the first error is the one to report.</summary>
    public static void TryDelete(Action delete)
    {
        try
        {
            delete();
        }
        catch (InkstoneException)
        {
            // the leftover is known by its suffix
        }
    }
}
