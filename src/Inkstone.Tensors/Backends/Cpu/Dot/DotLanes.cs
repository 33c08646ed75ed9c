using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Inkstone.Tensors;

/// <summary>Eight sums side by side, in the registers a processor has.</summary>
/// <typeparam name="TLanes">The implementing type itself.</typeparam>
internal unsafe interface IDotLanes<TLanes>
    where TLanes : struct, IDotLanes<TLanes>
{
    /// <summary>Reads eight numbers; no alignment is needed.</summary>
    static abstract TLanes Load(float* source);

    /// <summary>Eight numbers as they are.</summary>
    static abstract TLanes From(Vector256<float> numbers);

    /// <summary>a·b + c in every lane.</summary>
    static abstract TLanes MultiplyAdd(TLanes a, TLanes b, TLanes c);

    /// <summary>The upper four lanes added to the lower four.</summary>
    static abstract Vector128<float> Fold(TLanes value);
}

/// <summary>Eight lanes in one register.</summary>
internal readonly unsafe struct DotLanes256(Vector256<float> all) : IDotLanes<DotLanes256>
{
    private readonly Vector256<float> _all = all;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DotLanes256 Load(float* source) => new(Vector256.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DotLanes256 From(Vector256<float> numbers) => new(numbers);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DotLanes256 MultiplyAdd(DotLanes256 a, DotLanes256 b, DotLanes256 c) => new(Vector256.MultiplyAddEstimate(a._all, b._all, c._all));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Fold(DotLanes256 value) => value._all.GetLower() + value._all.GetUpper();
}

/// <summary>Eight lanes in two registers.</summary>
internal readonly unsafe struct DotLanes128(Vector128<float> lower, Vector128<float> upper) : IDotLanes<DotLanes128>
{
    private readonly Vector128<float> _lower = lower;
    private readonly Vector128<float> _upper = upper;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DotLanes128 Load(float* source) => new(Vector128.Load(source), Vector128.Load(source + 4));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DotLanes128 From(Vector256<float> numbers) => new(numbers.GetLower(), numbers.GetUpper());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DotLanes128 MultiplyAdd(DotLanes128 a, DotLanes128 b, DotLanes128 c) =>
        new(Vector128.MultiplyAddEstimate(a._lower, b._lower, c._lower), Vector128.MultiplyAddEstimate(a._upper, b._upper, c._upper));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Fold(DotLanes128 value) => value._lower + value._upper;
}
