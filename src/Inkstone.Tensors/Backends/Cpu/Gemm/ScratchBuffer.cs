using System.Runtime.InteropServices;

namespace Inkstone.Tensors;

/// <summary>
/// Native memory that a thread keeps from one product to the next, so that packing allocates nothing in the steady state. It grows to the
/// largest size asked for and is freed with its thread.
/// </summary>
internal sealed unsafe class ScratchBuffer
{
    private const nuint Alignment = 64;

    [ThreadStatic]
    private static ScratchBuffer? t_shared;

    [ThreadStatic]
    private static ScratchBuffer? t_own;

    private float* _data;
    private nuint _length;

    ~ScratchBuffer() => NativeMemory.AlignedFree(_data);

    /// <summary>The buffer of the thread that runs a product, which its helpers read and fill together.</summary>
    public static ScratchBuffer Shared => t_shared ??= new();

    /// <summary>The buffer of a thread that does one chunk.</summary>
    public static ScratchBuffer Own => t_own ??= new();

    /// <summary>At least this many elements, aligned to 64 bytes; what they held before is lost.</summary>
    public float* Take(nint length)
    {
        if ((nuint)length > _length)
        {
            NativeMemory.AlignedFree(_data);
            _data = null;
            _length = 0;
            _data = (float*)NativeMemory.AlignedAlloc(checked((nuint)length * sizeof(float)), Alignment);
            _length = (nuint)length;
        }
        return _data;
    }
}
