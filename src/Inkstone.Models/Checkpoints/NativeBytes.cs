using System.Runtime.InteropServices;
using Inkstone.Foundation.Errors;

namespace Inkstone.Models;

/// <summary>Native memory of somebody's own.</summary>
internal sealed unsafe class NativeBytes
{
    public NativeBytes(long length)
    {
        Length = length;
        try
        {
            Pointer = (byte*)NativeMemory.AlignedAlloc(checked((nuint)Math.Max(1, length)), 64);
        }
        catch (OutOfMemoryException error)
        {
            throw new InkstoneResourceException("the system has not enough memory", "weights", found: $"a request of {length} bytes", cause: error);
        }
        GC.AddMemoryPressure(Math.Max(1, length));
    }

    ~NativeBytes()
    {
        GC.RemoveMemoryPressure(Math.Max(1, Length));
        NativeMemory.AlignedFree(Pointer);
    }

    public long Length { get; }

    public byte* Pointer { get; }

    public Span<byte> Span(long start, int length) => new(Pointer + start, length);
}
