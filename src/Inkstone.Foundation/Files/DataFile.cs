using Inkstone.Foundation.Errors;

namespace Inkstone.Foundation.Files;

/// <summary>
/// A file of weights: its header is read with ordinary reads, its content copied or mapped. Length and time of last writing are taken when it
/// is opened, before the header is read, and a file that differs from them when it is mapped is refused, since its header no longer holds. It
/// is mapped by the handle it was opened with, so a new file renamed over it changes nothing.
/// </summary>
internal sealed class DataFile : IDisposable
{
    private readonly FileStream _file;
    private readonly Lock _mapping = new();
    private readonly DateTime _written;
    private MappedFile? _mapped;
    private bool _disposed;

    private DataFile(string path, FileStream file)
    {
        Path = path;
        _file = file;
        Length = file.Length;
        _written = File.GetLastWriteTimeUtc(file.SafeFileHandle);
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The length in bytes when it was opened.</summary>
    public long Length { get; }

    /// <summary>The file as a stream, for its header.</summary>
    public Stream Stream => _file;

    /// <summary>Opens a file under a shared lock.</summary>
    /// <exception cref="InkstoneNotFoundException">There is no such file.</exception>
    /// <exception cref="InkstoneResourceException">It cannot be read.</exception>
    public static DataFile Open(string path) => FileErrors.Guard("cannot read the file", path, () =>
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        try
        {
            return new DataFile(path, file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    });

    /// <summary>Copies bytes of a part of the file.</summary>
    /// <param name="offset">Where the part begins.</param>
    /// <param name="length">Its length.</param>
    /// <param name="start">The first byte wanted, counted from the part's beginning.</param>
    /// <param name="destination">Receives the bytes; must not reach beyond the part.</param>
    /// <param name="name">The part, as errors name it.</param>
    /// <exception cref="InkstoneFormatException">The file was cut short after it was opened.</exception>
    /// <exception cref="InkstoneLifetimeException">The file was disposed.</exception>
    public void Read(long offset, long length, long start, Span<byte> destination, string name)
    {
        ThrowIfDisposed();
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start, length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(destination.Length, length - start);
        try
        {
            var handle = _file.SafeFileHandle;
            for (var done = 0; done < destination.Length;)
            {
                var read = RandomAccess.Read(handle, destination[done..], checked(offset + start + done));
                if (read == 0)
                    throw new InkstoneFormatException("the file was cut short while it was read", Path,
                        FormattableString.Invariant($"{length} bytes of tensor {Excerpt.Of(name)}"), FormattableString.Invariant($"{start + done} bytes"));
                done += read;
            }
        }
        catch (Exception cause) when (FileErrors.IsFileError(cause))
        {
            throw FileErrors.Explain(cause, $"cannot read tensor {Excerpt.Of(name)}", Path);
        }
    }

    /// <summary>A part of the file in place; it stays so until the window is disposed, even after this file is.</summary>
    /// <exception cref="InkstoneResourceException">The file cannot be mapped, or has changed since it was opened.</exception>
    /// <exception cref="InkstoneLifetimeException">The file was disposed.</exception>
    public MappedWindow Map(long offset, long length)
    {
        ThrowIfDisposed();
        lock (_mapping)
            return (_mapped ??= MapWhole()).Window(offset, length);
    }

    /// <summary>Closes the file; windows still open keep their bytes.</summary>
    public void Dispose()
    {
        _disposed = true;
        _mapped?.Dispose();
        _file.Dispose();
    }

    private void ThrowIfDisposed()
    {
        if (_disposed)
            throw new InkstoneLifetimeException("a file of weights was used after it was closed", Path);
    }

    private MappedFile MapWhole()
    {
        var mapped = MappedFile.Of(Path, _file);
        if (mapped.Length == Length && mapped.LastWriteTimeUtc == _written)
            return mapped;
        mapped.Dispose();
        throw new InkstoneResourceException("the file changed after it was opened", Path, FormattableString.Invariant($"{Length} bytes written {_written:O}"),
            FormattableString.Invariant($"{mapped.Length} bytes written {mapped.LastWriteTimeUtc:O}"),
            "Replace model files by renaming a new file over the old one, never by writing into it.");
    }
}
