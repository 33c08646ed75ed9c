namespace Inkstone.Tensors;

/// <summary>
/// A vector of <see cref="Count"/> single-precision lanes: what a kernel may ask of a processor. Kernels are written once, generic over
/// this interface, and compiled for <see cref="V128"/>, <see cref="V256"/> and <see cref="V512"/>. A mask is a vector whose lanes have
/// all bits set (true) or none (false). Lanes also carry 32-bit integers, as bits, for exponent arithmetic.
/// </summary>
/// <typeparam name="TVector">The implementing type itself.</typeparam>
internal unsafe interface ISimd<TVector> where TVector : struct, ISimd<TVector>
{
    /// <summary>The number of lanes.</summary>
    static abstract int Count { get; }

    /// <summary>The value in every lane.</summary>
    static abstract TVector Broadcast(float value);

    /// <summary>The integer's bits in every lane.</summary>
    static abstract TVector BroadcastInt32(int value);

    /// <summary>Reads <see cref="Count"/> values; no alignment is needed.</summary>
    static abstract TVector Load(float* source);

    /// <summary>Writes <see cref="Count"/> values; no alignment is needed.</summary>
    static abstract void Store(TVector value, float* destination);

    /// <summary>Lane by lane sum.</summary>
    static abstract TVector operator +(TVector left, TVector right);

    /// <summary>Lane by lane difference.</summary>
    static abstract TVector operator -(TVector left, TVector right);

    /// <summary>Lane by lane product.</summary>
    static abstract TVector operator *(TVector left, TVector right);

    /// <summary>Lane by lane quotient, correctly rounded.</summary>
    static abstract TVector operator /(TVector left, TVector right);

    /// <summary>Sign flipped.</summary>
    static abstract TVector operator -(TVector value);

    /// <summary>Bits of both.</summary>
    static abstract TVector operator &(TVector left, TVector right);

    /// <summary>Bits of either.</summary>
    static abstract TVector operator |(TVector left, TVector right);

    /// <summary>Bits of exactly one.</summary>
    static abstract TVector operator ^(TVector left, TVector right);

    /// <summary>a·b + c, rounded once where the processor has the instruction (AVX2 or AVX-512 with FMA, Arm64), else twice.</summary>
    static abstract TVector MultiplyAdd(TVector a, TVector b, TVector c);

    /// <summary>The larger, by the processor's own instruction: where <paramref name="right"/> is NaN the result is NaN; where only
    /// <paramref name="left"/> is, it may be <paramref name="right"/>. Kernels put the constant left.</summary>
    static abstract TVector Max(TVector left, TVector right);

    /// <summary>The smaller; NaN as for <see cref="Max"/>.</summary>
    static abstract TVector Min(TVector left, TVector right);

    /// <summary>The larger, NaN where either is NaN.</summary>
    static abstract TVector Maximum(TVector left, TVector right);

    /// <summary>The smaller, NaN where either is NaN.</summary>
    static abstract TVector Minimum(TVector left, TVector right);

    /// <summary>Square root, correctly rounded.</summary>
    static abstract TVector Sqrt(TVector value);

    /// <summary>Sign cleared.</summary>
    static abstract TVector Abs(TVector value);

    /// <summary>Mask of left &lt; right; false with NaN.</summary>
    static abstract TVector LessThan(TVector left, TVector right);

    /// <summary>Mask of left ≤ right; false with NaN.</summary>
    static abstract TVector LessThanOrEqual(TVector left, TVector right);

    /// <summary>Mask of left = right; false with NaN.</summary>
    static abstract TVector Equal(TVector left, TVector right);

    /// <summary>Mask of equal 32-bit integers.</summary>
    static abstract TVector EqualInt32(TVector left, TVector right);

    /// <summary>Lane by lane: the mask is true ? <paramref name="whenTrue"/> : <paramref name="whenFalse"/>.</summary>
    static abstract TVector Select(TVector mask, TVector whenTrue, TVector whenFalse);

    /// <summary>Is the mask true in any lane?</summary>
    static abstract bool AnyTrue(TVector mask);

    /// <summary>Sum of 32-bit integers, wrapping.</summary>
    static abstract TVector AddInt32(TVector left, TVector right);

    /// <summary>Difference of 32-bit integers, wrapping.</summary>
    static abstract TVector SubtractInt32(TVector left, TVector right);

    /// <summary>Integer bits shifted left.</summary>
    static abstract TVector ShiftLeft(TVector value, int count);

    /// <summary>Integer bits shifted right, the sign bit repeated.</summary>
    static abstract TVector ShiftRightArithmetic(TVector value, int count);

    /// <summary>Integer bits shifted right, zeros coming in.</summary>
    static abstract TVector ShiftRightLogical(TVector value, int count);

    /// <summary>Reads <c>Count / 2</c> values, each into two neighbouring lanes.</summary>
    static abstract TVector LoadTwice(float* source);

    /// <summary>Each even lane exchanged with the odd lane after it.</summary>
    static abstract TVector SwapNeighbours(TVector value);

    /// <summary>32-bit integers as floating-point numbers.</summary>
    static abstract TVector FromInt32(TVector value);

    /// <summary>
    /// The sum of all lanes in one fixed order: the upper half is added to the lower half, again and again.
    /// </summary>
    static abstract float HorizontalSum(TVector value);

    /// <summary>The largest lane, in the same order; NaN if any lane is NaN.</summary>
    static abstract float HorizontalMaximum(TVector value);

    /// <summary>The smallest lane, in the same order; NaN if any lane is NaN.</summary>
    static abstract float HorizontalMinimum(TVector value);
}
