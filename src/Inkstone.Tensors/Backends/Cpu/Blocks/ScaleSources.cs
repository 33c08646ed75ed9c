using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Inkstone.Tensors;

/// <summary>Where a kernel takes scales and offsets of a group from.</summary>
internal unsafe interface IScaleSource
{
    /// <summary>Whether rows are so few that the kernel waits for memory, and asks for codes ahead.</summary>
    static abstract bool AsksAhead { get; }

    /// <summary>Reads those of a group's sixteen rows in a panel; <paramref name="ready"/> is where they are ready made, if they are.</summary>
    static abstract void Read<TLayout>(
        byte* panel, int group, float* ready, out Vector256<float> scale0, out Vector256<float> scale1, out Vector256<float> offset0, out Vector256<float> offset1)
        where TLayout : struct, IPanelLayout;
}

/// <summary>From the panel, as the format has them.</summary>
internal readonly unsafe struct PackedScales : IScaleSource
{
    public static bool AsksAhead => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Read<TLayout>(
        byte* panel, int group, float* ready, out Vector256<float> scale0, out Vector256<float> scale1, out Vector256<float> offset0, out Vector256<float> offset1)
        where TLayout : struct, IPanelLayout
    {
        TLayout.Scales(panel, group, out scale0, out scale1);
        TLayout.Offsets(panel, group, out offset0, out offset1);
    }
}

/// <summary>From single precision: where many rows meet a panel, its scales are taken apart once and not once for every few of them.</summary>
internal readonly unsafe struct ReadyScales : IScaleSource
{
    /// <summary>Numbers a group takes.</summary>
    public const int Length = 2 * Panel.Rows;

    public static bool AsksAhead => false;

    /// <summary>Makes those of some groups ready.</summary>
    public static void Fill<TLayout>(byte* panel, int first, int end, float* ready)
        where TLayout : struct, IPanelLayout
    {
        for (var group = first; group < end; group++, ready += Length)
        {
            PackedScales.Read<TLayout>(panel, group, null, out var scale0, out var scale1, out var offset0, out var offset1);
            scale0.Store(ready);
            scale1.Store(ready + 8);
            offset0.Store(ready + 16);
            offset1.Store(ready + 24);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Read<TLayout>(
        byte* panel, int group, float* ready, out Vector256<float> scale0, out Vector256<float> scale1, out Vector256<float> offset0, out Vector256<float> offset1)
        where TLayout : struct, IPanelLayout
    {
        (scale0, scale1) = (Vector256.Load(ready), Vector256.Load(ready + 8));
        (offset0, offset1) = TLayout.HasOffsets ? (Vector256.Load(ready + 16), Vector256.Load(ready + 24)) : default;
    }
}

/// <summary><see cref="ReadyScales"/> where a panel is met by more rows than a tile has, and still by few.</summary>
internal readonly unsafe struct ReadyScalesOfFewRows : IScaleSource
{
    /// <summary>The most rows that are few.</summary>
    public const int MostRows = 48;

    public static bool AsksAhead => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Read<TLayout>(
        byte* panel, int group, float* ready, out Vector256<float> scale0, out Vector256<float> scale1, out Vector256<float> offset0, out Vector256<float> offset1)
        where TLayout : struct, IPanelLayout =>
        ReadyScales.Read<TLayout>(panel, group, ready, out scale0, out scale1, out offset0, out offset1);
}
