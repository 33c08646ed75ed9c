using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Files;

namespace Inkstone.Foundation.Formats;

/// <summary>
/// An open safetensors file. The header is read and checked at once; data is copied by <see cref="Read"/> or seen in place by
/// <see cref="Map"/> (which a caller avoids where another process may cut the file short).
/// </summary>
public sealed class SafetensorsFile : IDisposable
{
    private readonly DataFile _file;

    private SafetensorsFile(DataFile file)
    {
        _file = file;
        Header = FileErrors.Guard("cannot read the file", file.Path, () => SafetensorsHeader.Read(file.Stream, file.Path));
    }

    /// <summary>The file.</summary>
    public string Path => _file.Path;

    /// <summary>Names, types, shapes and extents.</summary>
    public SafetensorsHeader Header { get; }

    /// <summary>Opens a file under a shared lock and checks its header.</summary>
    /// <exception cref="InkstoneNotFoundException">There is no such file.</exception>
    /// <exception cref="InkstoneResourceException">It cannot be read.</exception>
    /// <exception cref="InkstoneFormatException">It is not well-formed.</exception>
    public static SafetensorsFile Open(string path)
    {
        var file = DataFile.Open(path);
        try
        {
            return new(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Copies data of a tensor, from a byte of it on, until the destination is full.</summary>
    /// <param name="tensor">A tensor of this file's header.</param>
    /// <param name="start">The first byte, counted from the tensor's beginning.</param>
    /// <param name="destination">Receives the bytes; must not reach beyond the tensor.</param>
    /// <exception cref="InkstoneFormatException">The file was cut short after it was opened.</exception>
    public void Read(SafetensorsTensor tensor, long start, Span<byte> destination) => _file.Read(tensor.FileOffset, tensor.ByteLength, start, destination, tensor.Name);

    /// <summary>The data of a tensor in place. The window stays valid until it is disposed, even after this file is.</summary>
    /// <param name="tensor">A tensor of this file's header.</param>
    /// <exception cref="InkstoneResourceException">The file cannot be mapped or has changed since it was opened.</exception>
    public MappedWindow Map(SafetensorsTensor tensor) => _file.Map(tensor.FileOffset, tensor.ByteLength);

    /// <summary>Closes the file.</summary>
    public void Dispose() => _file.Dispose();
}
