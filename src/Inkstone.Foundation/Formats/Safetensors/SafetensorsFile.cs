using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Files;
using Microsoft.Win32.SafeHandles;

namespace Inkstone.Foundation.Formats;

/// <summary>
/// An open safetensors file. The header is read and checked at once; data is copied by <see cref="Read"/> or seen in place by
/// <see cref="Map"/> (which a caller avoids where another process may cut the file short).
/// </summary>
public sealed class SafetensorsFile : IDisposable
{
    private readonly FileStream _file;
    private MappedFile? _mapped;

    private SafetensorsFile(string path, FileStream file)
    {
        Path = path;
        _file = file;
        Header = SafetensorsHeader.Read(file, path);
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Names, types, shapes and extents.</summary>
    public SafetensorsHeader Header { get; }

    /// <summary>Opens a file under a shared lock and checks its header.</summary>
    /// <exception cref="InkstoneNotFoundException">There is no such file.</exception>
    /// <exception cref="InkstoneResourceException">It cannot be read.</exception>
    /// <exception cref="InkstoneFormatException">It is not well-formed.</exception>
    public static SafetensorsFile Open(string path) => FileErrors.Guard("cannot read the file", path, () =>
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        try
        {
            return new SafetensorsFile(path, file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    });

    /// <summary>Copies data of a tensor, from a byte of it on, until the destination is full.</summary>
    /// <param name="tensor">A tensor of this file's header.</param>
    /// <param name="start">The first byte, counted from the tensor's beginning.</param>
    /// <param name="destination">Receives the bytes; must not reach beyond the tensor.</param>
    /// <exception cref="InkstoneFormatException">The file was cut short after it was opened.</exception>
    public void Read(SafetensorsTensor tensor, long start, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start, tensor.ByteLength);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(destination.Length, tensor.ByteLength - start);
        try
        {
            SafeFileHandle handle = _file.SafeFileHandle;
            for (var done = 0; done < destination.Length;)
            {
                var read = RandomAccess.Read(handle, destination[done..], checked(tensor.FileOffset + start + done));
                if (read == 0)
                    throw new InkstoneFormatException("the file was cut short while it was read", Path,
                        $"{tensor.ByteLength} bytes of tensor {Excerpt.Of(tensor.Name)}", $"{start + done} bytes");
                done += read;
            }
        }
        catch (Exception cause) when (FileErrors.IsFileError(cause))
        {
            throw FileErrors.Explain(cause, $"cannot read tensor {Excerpt.Of(tensor.Name)}", Path);
        }
    }

    /// <summary>The data of a tensor in place. The window stays valid until it is disposed, even after this file is.</summary>
    /// <param name="tensor">A tensor of this file's header.</param>
    /// <exception cref="InkstoneResourceException">The file cannot be mapped or has changed since it was opened.</exception>
    public MappedWindow Map(SafetensorsTensor tensor)
    {
        _mapped ??= MappedFile.Open(Path);
        if (_mapped.Length != _file.Length)
            throw new InkstoneResourceException("the file was replaced while it was open", Path, $"{_file.Length} bytes", $"{_mapped.Length} bytes");
        return _mapped.Window(tensor.FileOffset, tensor.ByteLength);
    }

    /// <summary>Closes the file.</summary>
    public void Dispose()
    {
        _mapped?.Dispose();
        _file.Dispose();
    }
}
