namespace Inkstone.Foundation.Files;

/// <summary>The real file system behind <see cref="IDurableFiles"/>.</summary>
public sealed class DurableFiles : IDurableFiles
{
    private DurableFiles()
    {
    }

    /// <summary>The one instance; it holds no state.</summary>
    public static DurableFiles Instance { get; } = new();

    /// <inheritdoc/>
    public DurableStream Create(string path) => FileErrors.Guard("cannot create the file", path, () => new DiskStream(path, FileMode.Create));

    /// <inheritdoc/>
    public DurableStream Append(string path) => FileErrors.Guard("cannot open the file for writing", path, () => new DiskStream(path, FileMode.Append));

    /// <inheritdoc/>
    public Stream OpenRead(string path) =>
        FileErrors.Guard("cannot open the file", path, () => new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read));

    /// <inheritdoc/>
    public void Rename(string path, string newPath) => FileErrors.Guard($"cannot rename to {newPath}", path, () =>
    {
        if (Directory.Exists(path))
            Directory.Move(path, newPath);
        else
            File.Move(path, newPath, overwrite: true);
    });

    /// <inheritdoc/>
    public void DeleteFile(string path) => FileErrors.Guard("cannot delete the file", path, () =>
    {
        if (File.Exists(path))
            File.Delete(path);
    });

    /// <inheritdoc/>
    public void CreateFolder(string path) => FileErrors.Guard("cannot create the folder", path, () => Directory.CreateDirectory(path));

    /// <inheritdoc/>
    public void DeleteFolder(string path) => FileErrors.Guard("cannot delete the folder", path, () =>
    {
        if (Directory.Exists(path))
            Directory.Delete(path, recursive: true);
    });

    /// <inheritdoc/>
    public void FlushFolder(string path) => FolderFlush.Flush(path);

    /// <inheritdoc/>
    public bool FileExists(string path) => File.Exists(path);

    /// <inheritdoc/>
    public bool FolderExists(string path) => Directory.Exists(path);

    /// <inheritdoc/>
    public IReadOnlyList<string> FileNames(string folder) =>
        FileErrors.Guard("cannot list the folder", folder, () => Names(Directory.EnumerateFiles(folder)));

    /// <inheritdoc/>
    public IReadOnlyList<string> FolderNames(string folder) =>
        FileErrors.Guard("cannot list the folder", folder, () => Names(Directory.EnumerateDirectories(folder)));

    private static string[] Names(IEnumerable<string> paths)
    {
        var names = paths.Select(path => Path.GetFileName(path)).ToArray();
        Array.Sort(names, StringComparer.Ordinal);
        return names;
    }

    /// <summary>A file on the disk. The base class buffers, so that a failed write is never tried again at the close.</summary>
    private sealed class DiskStream(string path, FileMode mode) : DurableStream
    {
        private readonly FileStream _file = new(path, mode, FileAccess.Write, FileShare.Read, bufferSize: 0);

        protected override void WriteCore(ReadOnlySpan<byte> bytes)
        {
            try
            {
                _file.Write(bytes);
            }
            catch (Exception cause) when (FileErrors.IsFileError(cause))
            {
                throw FileErrors.Explain(cause, "cannot write the file", path);
            }
        }

        protected override void SyncCore() => FileErrors.Guard("cannot flush the file to disk", path, () => _file.Flush(flushToDisk: true));

        protected override void CloseCore() => _file.Dispose();
    }
}
