using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Inkstone.Tensors;

/// <summary>Eight lanes: AVX2 with FMA. Elsewhere the runtime makes each operation of two 128-bit ones.</summary>
internal readonly unsafe struct V256(Vector256<float> lanes) : ISimd<V256>
{
    private const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    private readonly Vector256<float> _lanes = lanes;

    public static int Count
    {
        [MethodImpl(Inline)]
        get => Vector256<float>.Count;
    }

    [MethodImpl(Inline)]
    public static V256 Broadcast(float value) => new(Vector256.Create(value));

    [MethodImpl(Inline)]
    public static V256 BroadcastInt32(int value) => new(Vector256.Create(value).AsSingle());

    [MethodImpl(Inline)]
    public static V256 Load(float* source) => new(Vector256.Load(source));

    [MethodImpl(Inline)]
    public static void Store(V256 value, float* destination) => value._lanes.Store(destination);

    [MethodImpl(Inline)]
    public static V256 operator +(V256 left, V256 right) => new(left._lanes + right._lanes);

    [MethodImpl(Inline)]
    public static V256 operator -(V256 left, V256 right) => new(left._lanes - right._lanes);

    [MethodImpl(Inline)]
    public static V256 operator *(V256 left, V256 right) => new(left._lanes * right._lanes);

    [MethodImpl(Inline)]
    public static V256 operator /(V256 left, V256 right) => new(left._lanes / right._lanes);

    [MethodImpl(Inline)]
    public static V256 operator -(V256 value) => new(-value._lanes);

    [MethodImpl(Inline)]
    public static V256 operator &(V256 left, V256 right) => new(left._lanes & right._lanes);

    [MethodImpl(Inline)]
    public static V256 operator |(V256 left, V256 right) => new(left._lanes | right._lanes);

    [MethodImpl(Inline)]
    public static V256 operator ^(V256 left, V256 right) => new(left._lanes ^ right._lanes);

    [MethodImpl(Inline)]
    public static V256 MultiplyAdd(V256 a, V256 b, V256 c) => new(Vector256.MultiplyAddEstimate(a._lanes, b._lanes, c._lanes));

    [MethodImpl(Inline)]
    public static V256 Max(V256 left, V256 right) => new(Vector256.MaxNative(left._lanes, right._lanes));

    [MethodImpl(Inline)]
    public static V256 Min(V256 left, V256 right) => new(Vector256.MinNative(left._lanes, right._lanes));

    [MethodImpl(Inline)]
    public static V256 Maximum(V256 left, V256 right) => new(Vector256.Max(left._lanes, right._lanes));

    [MethodImpl(Inline)]
    public static V256 Minimum(V256 left, V256 right) => new(Vector256.Min(left._lanes, right._lanes));

    [MethodImpl(Inline)]
    public static V256 Sqrt(V256 value) => new(Vector256.Sqrt(value._lanes));

    [MethodImpl(Inline)]
    public static V256 Abs(V256 value) => new(Vector256.Abs(value._lanes));

    [MethodImpl(Inline)]
    public static V256 LessThan(V256 left, V256 right) => new(Vector256.LessThan(left._lanes, right._lanes));

    [MethodImpl(Inline)]
    public static V256 LessThanOrEqual(V256 left, V256 right) => new(Vector256.LessThanOrEqual(left._lanes, right._lanes));

    [MethodImpl(Inline)]
    public static V256 Equal(V256 left, V256 right) => new(Vector256.Equals(left._lanes, right._lanes));

    [MethodImpl(Inline)]
    public static V256 EqualInt32(V256 left, V256 right) =>
        new(Vector256.Equals(left._lanes.AsInt32(), right._lanes.AsInt32()).AsSingle());

    [MethodImpl(Inline)]
    public static V256 Select(V256 mask, V256 whenTrue, V256 whenFalse) =>
        new(Vector256.ConditionalSelect(mask._lanes, whenTrue._lanes, whenFalse._lanes));

    [MethodImpl(Inline)]
    public static bool AnyTrue(V256 mask) => mask._lanes.ExtractMostSignificantBits() != 0;

    [MethodImpl(Inline)]
    public static V256 AddInt32(V256 left, V256 right) => new((left._lanes.AsInt32() + right._lanes.AsInt32()).AsSingle());

    [MethodImpl(Inline)]
    public static V256 SubtractInt32(V256 left, V256 right) => new((left._lanes.AsInt32() - right._lanes.AsInt32()).AsSingle());

    [MethodImpl(Inline)]
    public static V256 ShiftLeft(V256 value, int count) => new((value._lanes.AsInt32() << count).AsSingle());

    [MethodImpl(Inline)]
    public static V256 ShiftRightArithmetic(V256 value, int count) => new((value._lanes.AsInt32() >> count).AsSingle());

    [MethodImpl(Inline)]
    public static V256 FromInt32(V256 value) => new(Vector256.ConvertToSingle(value._lanes.AsInt32()));

    [MethodImpl(Inline)]
    public static V256 ShiftRightLogical(V256 value, int count) => new((value._lanes.AsInt32() >>> count).AsSingle());

    [MethodImpl(Inline)]
    public static V256 LoadTwice(float* source) =>
        new(Vector256.Shuffle(Vector128.Load(source).ToVector256(), Vector256.Create(0, 0, 1, 1, 2, 2, 3, 3)));

    [MethodImpl(Inline)]
    public static V256 SwapNeighbours(V256 value) =>
        new(Vector256.Shuffle(value._lanes, Vector256.Create(1, 0, 3, 2, 5, 4, 7, 6)));

    [MethodImpl(Inline)]
    public static float HorizontalSum(V256 value) => V128.HorizontalSum(new(value._lanes.GetLower() + value._lanes.GetUpper()));

    [MethodImpl(Inline)]
    public static float HorizontalMaximum(V256 value) =>
        V128.HorizontalMaximum(new(Vector128.Max(value._lanes.GetLower(), value._lanes.GetUpper())));

    [MethodImpl(Inline)]
    public static float HorizontalMinimum(V256 value) =>
        V128.HorizontalMinimum(new(Vector128.Min(value._lanes.GetLower(), value._lanes.GetUpper())));
}
