using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Inkstone.Tensors;

/// <summary>Sixteen lanes: AVX-512. Elsewhere the runtime makes each operation of two 256-bit ones, correct and slow.</summary>
internal readonly unsafe struct V512(Vector512<float> lanes) : ISimd<V512>
{
    private const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    private readonly Vector512<float> _lanes = lanes;

    public static int Count
    {
        [MethodImpl(Inline)]
        get => Vector512<float>.Count;
    }

    [MethodImpl(Inline)]
    public static V512 Broadcast(float value) => new(Vector512.Create(value));

    [MethodImpl(Inline)]
    public static V512 BroadcastInt32(int value) => new(Vector512.Create(value).AsSingle());

    [MethodImpl(Inline)]
    public static V512 Load(float* source) => new(Vector512.Load(source));

    [MethodImpl(Inline)]
    public static void Store(V512 value, float* destination) => value._lanes.Store(destination);

    [MethodImpl(Inline)]
    public static V512 operator +(V512 left, V512 right) => new(left._lanes + right._lanes);

    [MethodImpl(Inline)]
    public static V512 operator -(V512 left, V512 right) => new(left._lanes - right._lanes);

    [MethodImpl(Inline)]
    public static V512 operator *(V512 left, V512 right) => new(left._lanes * right._lanes);

    [MethodImpl(Inline)]
    public static V512 operator /(V512 left, V512 right) => new(left._lanes / right._lanes);

    [MethodImpl(Inline)]
    public static V512 operator -(V512 value) => new(-value._lanes);

    [MethodImpl(Inline)]
    public static V512 operator &(V512 left, V512 right) => new(left._lanes & right._lanes);

    [MethodImpl(Inline)]
    public static V512 operator |(V512 left, V512 right) => new(left._lanes | right._lanes);

    [MethodImpl(Inline)]
    public static V512 operator ^(V512 left, V512 right) => new(left._lanes ^ right._lanes);

    [MethodImpl(Inline)]
    public static V512 MultiplyAdd(V512 a, V512 b, V512 c) => new(Vector512.MultiplyAddEstimate(a._lanes, b._lanes, c._lanes));

    [MethodImpl(Inline)]
    public static V512 Max(V512 left, V512 right) => new(Vector512.MaxNative(left._lanes, right._lanes));

    [MethodImpl(Inline)]
    public static V512 Min(V512 left, V512 right) => new(Vector512.MinNative(left._lanes, right._lanes));

    [MethodImpl(Inline)]
    public static V512 Maximum(V512 left, V512 right) => new(Vector512.Max(left._lanes, right._lanes));

    [MethodImpl(Inline)]
    public static V512 Minimum(V512 left, V512 right) => new(Vector512.Min(left._lanes, right._lanes));

    [MethodImpl(Inline)]
    public static V512 Sqrt(V512 value) => new(Vector512.Sqrt(value._lanes));

    [MethodImpl(Inline)]
    public static V512 Abs(V512 value) => new(Vector512.Abs(value._lanes));

    [MethodImpl(Inline)]
    public static V512 LessThan(V512 left, V512 right) => new(Vector512.LessThan(left._lanes, right._lanes));

    [MethodImpl(Inline)]
    public static V512 LessThanOrEqual(V512 left, V512 right) => new(Vector512.LessThanOrEqual(left._lanes, right._lanes));

    [MethodImpl(Inline)]
    public static V512 Equal(V512 left, V512 right) => new(Vector512.Equals(left._lanes, right._lanes));

    [MethodImpl(Inline)]
    public static V512 EqualInt32(V512 left, V512 right) =>
        new(Vector512.Equals(left._lanes.AsInt32(), right._lanes.AsInt32()).AsSingle());

    [MethodImpl(Inline)]
    public static V512 Select(V512 mask, V512 whenTrue, V512 whenFalse) =>
        new(Vector512.ConditionalSelect(mask._lanes, whenTrue._lanes, whenFalse._lanes));

    [MethodImpl(Inline)]
    public static bool AnyTrue(V512 mask) => mask._lanes.ExtractMostSignificantBits() != 0;

    [MethodImpl(Inline)]
    public static V512 AddInt32(V512 left, V512 right) => new((left._lanes.AsInt32() + right._lanes.AsInt32()).AsSingle());

    [MethodImpl(Inline)]
    public static V512 SubtractInt32(V512 left, V512 right) => new((left._lanes.AsInt32() - right._lanes.AsInt32()).AsSingle());

    [MethodImpl(Inline)]
    public static V512 ShiftLeft(V512 value, int count) => new((value._lanes.AsInt32() << count).AsSingle());

    [MethodImpl(Inline)]
    public static V512 ShiftRightArithmetic(V512 value, int count) => new((value._lanes.AsInt32() >> count).AsSingle());

    [MethodImpl(Inline)]
    public static V512 FromInt32(V512 value) => new(Vector512.ConvertToSingle(value._lanes.AsInt32()));

    [MethodImpl(Inline)]
    public static V512 ShiftRightLogical(V512 value, int count) => new((value._lanes.AsInt32() >>> count).AsSingle());

    [MethodImpl(Inline)]
    public static V512 LoadTwice(float* source) =>
        new(Vector512.Shuffle(Vector256.Load(source).ToVector512(), Vector512.Create(0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7)));

    [MethodImpl(Inline)]
    public static V512 SwapNeighbours(V512 value) =>
        new(Vector512.Shuffle(value._lanes, Vector512.Create(1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14)));

    [MethodImpl(Inline)]
    public static float HorizontalSum(V512 value) => V256.HorizontalSum(new(value._lanes.GetLower() + value._lanes.GetUpper()));

    [MethodImpl(Inline)]
    public static float HorizontalMaximum(V512 value) =>
        V256.HorizontalMaximum(new(Vector256.Max(value._lanes.GetLower(), value._lanes.GetUpper())));

    [MethodImpl(Inline)]
    public static float HorizontalMinimum(V512 value) =>
        V256.HorizontalMinimum(new(Vector256.Min(value._lanes.GetLower(), value._lanes.GetUpper())));
}
