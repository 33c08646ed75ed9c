using System.IO.MemoryMappedFiles;
using Inkstone.Foundation.Errors;

namespace Inkstone.Foundation.Files;

/// <summary>
/// A file mapped into memory for reading. While it is open the file is held under a shared lock (advisory on Linux and
/// macOS); its length and time of last writing are recorded, because reading a mapped page of a file that someone has
/// cut short ends the process: <see cref="ThrowIfChanged"/> notices in time what can be noticed. Headers are therefore
/// parsed with ordinary reads, and only tensor data is read here.
/// </summary>
public sealed class MappedFile : IDisposable
{
    private readonly FileStream? _owned;
    private readonly MemoryMappedFile? _mapping; // an empty file cannot be mapped: then there is none
    private readonly MemoryMappedViewAccessor? _view;
    private bool _disposed;

    private MappedFile(string path, FileStream file, bool isOwned)
    {
        Path = path;
        _owned = isOwned ? file : null;
        Length = file.Length;
        LastWriteTimeUtc = File.GetLastWriteTimeUtc(file.SafeFileHandle);
        if (Length == 0)
            return;
        _mapping = MemoryMappedFile.CreateFromFile(file, mapName: null, capacity: 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        _view = _mapping.CreateViewAccessor(0, Length, MemoryMappedFileAccess.Read);
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The length in bytes when it was mapped.</summary>
    public long Length { get; }

    /// <summary>The time of its last writing when it was mapped.</summary>
    public DateTime LastWriteTimeUtc { get; }

    /// <summary>Maps a file.</summary>
    /// <exception cref="InkstoneNotFoundException">There is no such file.</exception>
    /// <exception cref="InkstoneResourceException">It cannot be opened or mapped.</exception>
    public static MappedFile Open(string path) => FileErrors.Guard("cannot map the file", path, () =>
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        try
        {
            return new MappedFile(path, file, isOwned: true);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    });

    /// <summary>Maps a file that is open and stays its opener's to close.</summary>
    internal static MappedFile Of(string path, FileStream file) => FileErrors.Guard("cannot map the file", path, () => new MappedFile(path, file, isOwned: false));

    /// <summary>
    /// A window on the file that keeps its bytes in place until it is disposed itself, even when this object is disposed first.
    /// </summary>
    /// <param name="offset">Where it begins, in bytes; any alignment.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <exception cref="InkstoneLifetimeException">The file was disposed.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The window does not lie inside the file.</exception>
    public MappedWindow Window(long offset, long length)
    {
        if (_disposed)
            throw new InkstoneLifetimeException("a mapped file was used after it was closed", Path);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Length);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Length - offset);
        return new MappedWindow(_view?.SafeMemoryMappedViewHandle, checked((_view?.PointerOffset ?? 0) + offset), length);
    }

    /// <summary>Refuses a file that was written or cut since it was mapped.</summary>
    /// <exception cref="InkstoneResourceException">Its length or time of last writing differs.</exception>
    public void ThrowIfChanged()
    {
        var now = new FileInfo(Path);
        if (!now.Exists || now.Length != Length || now.LastWriteTimeUtc != LastWriteTimeUtc)
            throw new InkstoneResourceException("the file changed while it was mapped", Path, $"{Length} bytes written {LastWriteTimeUtc:O}",
                now.Exists ? $"{now.Length} bytes written {now.LastWriteTimeUtc:O}" : "no file",
                "Replace model files by renaming a new file over the old one, never by writing into it.");
    }

    /// <summary>Closes the file; windows still open keep their bytes.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        _view?.Dispose();
        _mapping?.Dispose();
        _owned?.Dispose();
    }
}
