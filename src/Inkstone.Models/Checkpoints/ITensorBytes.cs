using Inkstone.Foundation.Files;

namespace Inkstone.Models;

/// <summary>The bytes of one tensor in a file.</summary>
public interface ITensorBytes
{
    /// <summary>Copies bytes from a place on, until the destination is full.</summary>
    void Read(long start, Span<byte> destination);

    /// <summary>The bytes in place; the window is the caller's to dispose or to forget.</summary>
    MappedWindow Map();

    /// <summary>Whether the bytes lie in a file as they are.</summary>
    bool CanMap => true;
}
