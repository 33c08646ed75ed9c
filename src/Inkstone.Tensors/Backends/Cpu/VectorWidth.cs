using System.Runtime.Intrinsics;

namespace Inkstone.Tensors;

/// <summary>The width of the vector registers that a backend's kernels use.</summary>
public enum VectorWidth
{
    /// <summary>128 bits: SSE on x64, AdvSimd on Arm64; four single-precision numbers.</summary>
    Bits128 = 128,

    /// <summary>256 bits: AVX2 with FMA; eight single-precision numbers.</summary>
    Bits256 = 256,

    /// <summary>512 bits: AVX-512; sixteen single-precision numbers.</summary>
    Bits512 = 512,
}

/// <summary>Which widths this processor has.</summary>
internal static class VectorWidths
{
    /// <summary>The widest width that this processor has in hardware.</summary>
    public static VectorWidth Widest =>
        Vector512.IsHardwareAccelerated ? VectorWidth.Bits512
        : Vector256.IsHardwareAccelerated ? VectorWidth.Bits256
        : VectorWidth.Bits128;
}
