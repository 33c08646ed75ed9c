using Inkstone.Foundation.Errors;
using Microsoft.Win32.SafeHandles;

namespace Inkstone.Foundation.Files;

/// <summary>
/// A run of bytes of a <see cref="MappedFile"/>, in place. It counts as a user of the mapping, which goes only when the
/// file and every window on it are disposed (or collected).
/// </summary>
public sealed unsafe class MappedWindow : IDisposable
{
    private readonly SafeMemoryMappedViewHandle? _handle;
    private byte* _pointer;
    private bool _disposed;

    internal MappedWindow(SafeMemoryMappedViewHandle? handle, long offset, long length)
    {
        Length = length;
        _handle = handle;
        if (handle is null)
            return; // an empty file: there is nothing to point at
        byte* start = null;
        handle.AcquirePointer(ref start);
        _pointer = start + offset;
    }

    /// <summary>Gives the mapping back when the window was forgotten.</summary>
    ~MappedWindow() => Release();

    /// <summary>The length in bytes.</summary>
    public long Length { get; }

    /// <summary>The first byte; valid until the window is disposed. Null for a window on an empty file.</summary>
    /// <exception cref="InkstoneLifetimeException">The window was disposed.</exception>
    public byte* Pointer => _disposed ? throw Ended() : _pointer;

    /// <summary>A part of the window as a span; valid until the window is disposed.</summary>
    /// <param name="offset">Where the part begins, counted from the window's beginning.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <exception cref="InkstoneLifetimeException">The window was disposed.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The part does not lie inside the window.</exception>
    public ReadOnlySpan<byte> Span(long offset, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Length);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Length - offset);
        return new(Pointer + offset, length);
    }

    /// <summary>Ends the use of these bytes.</summary>
    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    private static InkstoneLifetimeException Ended() => new("a window on a mapped file was used after it was disposed");

    private void Release()
    {
        if (_disposed)
            return;
        _disposed = true;
        if (_pointer != null)
            _handle!.ReleasePointer();
        _pointer = null;
    }
}
