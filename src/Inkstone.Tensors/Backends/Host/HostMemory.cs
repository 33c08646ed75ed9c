using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Inkstone.Foundation.Errors;

namespace Inkstone.Tensors;

/// <summary>Native memory of the processor's backends, and numbers in formats that .NET does not know.</summary>
internal static unsafe class HostMemory
{
    /// <summary>Every block begins on a cache line, which is also the widest vector.</summary>
    public const int Alignment = 64;

    public static nint Allocate(long bytes)
    {
        try
        {
            if (bytes < LargePages.LeastBytes)
                return (nint)NativeMemory.AlignedAlloc(checked((nuint)bytes), Alignment);
            var block = (nint)NativeMemory.AlignedAlloc(checked((nuint)bytes), LargePages.PageBytes);
            LargePages.Request(block, bytes);
            return block;
        }
        catch (OutOfMemoryException error)
        {
            throw new InkstoneResourceException("the system has not enough memory", "tensor memory", found: $"a request of {bytes} bytes",
                fix: "Use a smaller batch, context or model.", cause: error);
        }
    }

    public static void Free(nint handle) => NativeMemory.AlignedFree((void*)handle);

    /// <summary>Where a tensor's first element is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte* Address(in Tensor tensor) => (byte*)tensor.Storage.Handle + tensor.Offset * tensor.Type.Size();

    /// <summary>The number a bfloat16 stands for.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float FromBFloat16(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << 16);

    /// <summary>The nearest bfloat16, ties to even; a NaN stays one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ushort ToBFloat16(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        return float.IsNaN(value) ? (ushort)(bits >> 16 | 0x40) : (ushort)(bits + 0x7FFF + (bits >> 16 & 1) >> 16);
    }
}
