using System.Runtime.InteropServices;

namespace Inkstone.Tensors.Tests;

/// <summary>
/// Native memory between guard zones, deliberately misaligned: disposing it fails the test when a kernel wrote outside the range.
/// </summary>
internal sealed unsafe class NativeArray : IDisposable
{
    private const int Guard = 64;
    private const uint Sentinel = 0x7FC0DEAD;

    private readonly float* _memory;

    public NativeArray(int length, Func<int, float>? fill = null)
    {
        Length = length;
        _memory = (float*)NativeMemory.AlignedAlloc((nuint)(length + 2 * Guard) * sizeof(float), 64);
        for (var i = 0; i < length + 2 * Guard; i++)
            ((uint*)_memory)[i] = Sentinel;
        for (var i = 0; i < length; i++)
            Pointer[i] = fill is null ? 0f : fill(i);
    }

    public NativeArray(params ReadOnlySpan<float> values) : this(values.Length) => values.CopyTo(Span);

    public int Length { get; }

    public float* Pointer => _memory + Guard - 1;

    public Span<float> Span => new(Pointer, Length);

    public float this[int index] => Span[index];

    public float[] ToArray() => Span.ToArray();

    public static implicit operator float*(NativeArray? array) => array is null ? null : array.Pointer;

    public void Dispose()
    {
        var broken = 0;
        for (var i = 0; i < Length + 2 * Guard; i++)
        {
            if (i < Guard - 1 || i >= Guard - 1 + Length)
                broken += ((uint*)_memory)[i] == Sentinel ? 0 : 1;
        }
        NativeMemory.AlignedFree(_memory);
        Assert.True(broken == 0, $"{broken} elements outside the range were written");
    }
}
