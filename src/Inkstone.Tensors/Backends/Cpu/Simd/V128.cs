using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Inkstone.Tensors;

/// <summary>Four lanes: SSE on x64, AdvSimd on Arm64; every 64-bit processor has it.</summary>
internal readonly unsafe struct V128(Vector128<float> lanes) : ISimd<V128>
{
    private const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    private readonly Vector128<float> _lanes = lanes;

    public static int Count
    {
        [MethodImpl(Inline)]
        get => Vector128<float>.Count;
    }

    [MethodImpl(Inline)]
    public static V128 Broadcast(float value) => new(Vector128.Create(value));

    [MethodImpl(Inline)]
    public static V128 BroadcastInt32(int value) => new(Vector128.Create(value).AsSingle());

    [MethodImpl(Inline)]
    public static V128 Load(float* source) => new(Vector128.Load(source));

    [MethodImpl(Inline)]
    public static void Store(V128 value, float* destination) => value._lanes.Store(destination);

    [MethodImpl(Inline)]
    public static V128 operator +(V128 left, V128 right) => new(left._lanes + right._lanes);

    [MethodImpl(Inline)]
    public static V128 operator -(V128 left, V128 right) => new(left._lanes - right._lanes);

    [MethodImpl(Inline)]
    public static V128 operator *(V128 left, V128 right) => new(left._lanes * right._lanes);

    [MethodImpl(Inline)]
    public static V128 operator /(V128 left, V128 right) => new(left._lanes / right._lanes);

    [MethodImpl(Inline)]
    public static V128 operator -(V128 value) => new(-value._lanes);

    [MethodImpl(Inline)]
    public static V128 operator &(V128 left, V128 right) => new(left._lanes & right._lanes);

    [MethodImpl(Inline)]
    public static V128 operator |(V128 left, V128 right) => new(left._lanes | right._lanes);

    [MethodImpl(Inline)]
    public static V128 operator ^(V128 left, V128 right) => new(left._lanes ^ right._lanes);

    [MethodImpl(Inline)]
    public static V128 MultiplyAdd(V128 a, V128 b, V128 c) => new(Vector128.MultiplyAddEstimate(a._lanes, b._lanes, c._lanes));

    [MethodImpl(Inline)]
    public static V128 Max(V128 left, V128 right) => new(Vector128.MaxNative(left._lanes, right._lanes));

    [MethodImpl(Inline)]
    public static V128 Min(V128 left, V128 right) => new(Vector128.MinNative(left._lanes, right._lanes));

    [MethodImpl(Inline)]
    public static V128 Maximum(V128 left, V128 right) => new(Vector128.Max(left._lanes, right._lanes));

    [MethodImpl(Inline)]
    public static V128 Minimum(V128 left, V128 right) => new(Vector128.Min(left._lanes, right._lanes));

    [MethodImpl(Inline)]
    public static V128 Sqrt(V128 value) => new(Vector128.Sqrt(value._lanes));

    [MethodImpl(Inline)]
    public static V128 Abs(V128 value) => new(Vector128.Abs(value._lanes));

    [MethodImpl(Inline)]
    public static V128 LessThan(V128 left, V128 right) => new(Vector128.LessThan(left._lanes, right._lanes));

    [MethodImpl(Inline)]
    public static V128 LessThanOrEqual(V128 left, V128 right) => new(Vector128.LessThanOrEqual(left._lanes, right._lanes));

    [MethodImpl(Inline)]
    public static V128 Equal(V128 left, V128 right) => new(Vector128.Equals(left._lanes, right._lanes));

    [MethodImpl(Inline)]
    public static V128 EqualInt32(V128 left, V128 right) =>
        new(Vector128.Equals(left._lanes.AsInt32(), right._lanes.AsInt32()).AsSingle());

    [MethodImpl(Inline)]
    public static V128 Select(V128 mask, V128 whenTrue, V128 whenFalse) =>
        new(Vector128.ConditionalSelect(mask._lanes, whenTrue._lanes, whenFalse._lanes));

    [MethodImpl(Inline)]
    public static bool AnyTrue(V128 mask) => mask._lanes.ExtractMostSignificantBits() != 0;

    [MethodImpl(Inline)]
    public static V128 AddInt32(V128 left, V128 right) => new((left._lanes.AsInt32() + right._lanes.AsInt32()).AsSingle());

    [MethodImpl(Inline)]
    public static V128 SubtractInt32(V128 left, V128 right) => new((left._lanes.AsInt32() - right._lanes.AsInt32()).AsSingle());

    [MethodImpl(Inline)]
    public static V128 ShiftLeft(V128 value, int count) => new((value._lanes.AsInt32() << count).AsSingle());

    [MethodImpl(Inline)]
    public static V128 ShiftRightArithmetic(V128 value, int count) => new((value._lanes.AsInt32() >> count).AsSingle());

    [MethodImpl(Inline)]
    public static V128 FromInt32(V128 value) => new(Vector128.ConvertToSingle(value._lanes.AsInt32()));

    [MethodImpl(Inline)]
    public static V128 ShiftRightLogical(V128 value, int count) => new((value._lanes.AsInt32() >>> count).AsSingle());

    [MethodImpl(Inline)]
    public static V128 LoadTwice(float* source) =>
        new(Vector128.Shuffle(Vector64.Load(source).ToVector128(), Vector128.Create(0, 0, 1, 1)));

    [MethodImpl(Inline)]
    public static V128 SwapNeighbours(V128 value) =>
        new(Vector128.Shuffle(value._lanes, Vector128.Create(1, 0, 3, 2)));

    [MethodImpl(Inline)]
    public static float HorizontalSum(V128 value)
    {
        var pair = value._lanes + Vector128.Shuffle(value._lanes, Vector128.Create(2, 3, 0, 1));
        return (pair + Vector128.Shuffle(pair, Vector128.Create(1, 0, 3, 2))).ToScalar();
    }

    [MethodImpl(Inline)]
    public static float HorizontalMaximum(V128 value)
    {
        var pair = Vector128.Max(value._lanes, Vector128.Shuffle(value._lanes, Vector128.Create(2, 3, 0, 1)));
        return Vector128.Max(pair, Vector128.Shuffle(pair, Vector128.Create(1, 0, 3, 2))).ToScalar();
    }

    [MethodImpl(Inline)]
    public static float HorizontalMinimum(V128 value)
    {
        var pair = Vector128.Min(value._lanes, Vector128.Shuffle(value._lanes, Vector128.Create(2, 3, 0, 1)));
        return Vector128.Min(pair, Vector128.Shuffle(pair, Vector128.Create(1, 0, 3, 2))).ToScalar();
    }
}
