using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Inkstone.Tensors;

/// <summary>Transposes four vectors of four in registers.</summary>
internal static class Transpose4
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Apply(ref Vector128<float> a, ref Vector128<float> b, ref Vector128<float> c, ref Vector128<float> d)
    {
        if (Sse.IsSupported)
        {
            var abLow = Sse.UnpackLow(a, b);
            var cdLow = Sse.UnpackLow(c, d);
            var abHigh = Sse.UnpackHigh(a, b);
            var cdHigh = Sse.UnpackHigh(c, d);
            a = Sse.MoveLowToHigh(abLow, cdLow);
            b = Sse.MoveHighToLow(cdLow, abLow);
            c = Sse.MoveLowToHigh(abHigh, cdHigh);
            d = Sse.MoveHighToLow(cdHigh, abHigh);
        }
        else if (AdvSimd.Arm64.IsSupported)
        {
            var acLow = AdvSimd.Arm64.ZipLow(a, c);
            var bdLow = AdvSimd.Arm64.ZipLow(b, d);
            var acHigh = AdvSimd.Arm64.ZipHigh(a, c);
            var bdHigh = AdvSimd.Arm64.ZipHigh(b, d);
            a = AdvSimd.Arm64.ZipLow(acLow, bdLow);
            b = AdvSimd.Arm64.ZipHigh(acLow, bdLow);
            c = AdvSimd.Arm64.ZipLow(acHigh, bdHigh);
            d = AdvSimd.Arm64.ZipHigh(acHigh, bdHigh);
        }
        else
        {
            (a, b, c, d) = (
                Vector128.Create(a[0], b[0], c[0], d[0]),
                Vector128.Create(a[1], b[1], c[1], d[1]),
                Vector128.Create(a[2], b[2], c[2], d[2]),
                Vector128.Create(a[3], b[3], c[3], d[3]));
        }
    }
}
