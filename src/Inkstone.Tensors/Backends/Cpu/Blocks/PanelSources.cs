using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Inkstone.Tensors;

/// <summary>Where a kernel takes a panel's codes, scales and offsets from: the panel itself, or memory in which they were made ready for many rows.</summary>
internal unsafe interface IPanelSource
{
    /// <summary>Whether rows are many. Where they are few the kernel waits for memory, and asks for codes ahead.</summary>
    static abstract bool IsForManyRows { get; }

    /// <summary>Bits of a code, 8 or 4: the panel's, if codes are read from there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual int CodeBits<TLayout>()
        where TLayout : struct, IPanelLayout => TLayout.CodeBits;

    /// <summary>The first code of a group; <paramref name="ready"/> is what was made ready, from that group on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual byte* Codes<TLayout>(byte* panel, int group, float* ready)
        where TLayout : struct, IPanelLayout => TLayout.Codes(panel, group);

    /// <summary>Bytes from the first code of a group to that of the next.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual int Step<TLayout>(int group)
        where TLayout : struct, IPanelLayout => TLayout.Step(group);

    /// <summary>Numbers made ready for a group.</summary>
    static abstract int ReadyLength<TLayout>()
        where TLayout : struct, IPanelLayout;

    /// <summary>Makes some groups ready.</summary>
    static abstract void Fill<TLayout>(byte* panel, int first, int end, float* ready)
        where TLayout : struct, IPanelLayout;

    /// <summary>The scales and offsets of a group's sixteen rows; <paramref name="ready"/> is what was made ready of that group.</summary>
    static abstract void Read<TLayout>(
        byte* panel, int group, float* ready, out Vector256<float> scale0, out Vector256<float> scale1, out Vector256<float> offset0, out Vector256<float> offset1)
        where TLayout : struct, IPanelLayout;
}

/// <summary>All from the panel, as the format has it: for as few rows as one tile takes.</summary>
internal readonly unsafe struct PackedPanel : IPanelSource
{
    public static bool IsForManyRows => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int ReadyLength<TLayout>()
        where TLayout : struct, IPanelLayout => 0;

    public static void Fill<TLayout>(byte* panel, int first, int end, float* ready)
        where TLayout : struct, IPanelLayout
    {
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Read<TLayout>(
        byte* panel, int group, float* ready, out Vector256<float> scale0, out Vector256<float> scale1, out Vector256<float> offset0, out Vector256<float> offset1)
        where TLayout : struct, IPanelLayout
    {
        TLayout.Scales(panel, group, out scale0, out scale1);
        TLayout.Offsets(panel, group, out offset0, out offset1);
    }
}

/// <summary>Codes from the panel, scales and offsets in single precision: for few tiles, which meet a panel that is new to the caches.</summary>
internal readonly unsafe struct ReadyScales : IPanelSource
{
    /// <summary>The most rows that are few.</summary>
    public const int MostRows = 48;

    public static bool IsForManyRows => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int ReadyLength<TLayout>()
        where TLayout : struct, IPanelLayout => Panel.Rows * (TLayout.HasOffsets ? 2 : 1);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Fill<TLayout>(byte* panel, int first, int end, float* ready)
        where TLayout : struct, IPanelLayout
    {
        for (var group = first; group < end; group++, ready += ReadyLength<TLayout>())
            FillOne<TLayout>(panel, group, ready);
    }

    /// <summary>Makes the scales and offsets of one group ready.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void FillOne<TLayout>(byte* panel, int group, float* ready)
        where TLayout : struct, IPanelLayout
    {
        TLayout.Scales(panel, group, out var scale0, out var scale1);
        scale0.Store(ready);
        scale1.Store(ready + 8);
        if (!TLayout.HasOffsets)
            return;
        TLayout.Offsets(panel, group, out var offset0, out var offset1);
        offset0.Store(ready + 16);
        offset1.Store(ready + 24);
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

/// <summary>Group after group the scales, the offsets if there are any, and the codes in eight bits: for many rows, for which a panel is taken apart once.</summary>
internal readonly unsafe struct ReadyCodes : IPanelSource
{
    public static bool IsForManyRows => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int CodeBits<TLayout>()
        where TLayout : struct, IPanelLayout => 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte* Codes<TLayout>(byte* panel, int group, float* ready)
        where TLayout : struct, IPanelLayout => (byte*)(ready + ReadyScales.ReadyLength<TLayout>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Step<TLayout>(int group)
        where TLayout : struct, IPanelLayout => ReadyLength<TLayout>() * sizeof(float);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int ReadyLength<TLayout>()
        where TLayout : struct, IPanelLayout => ReadyScales.ReadyLength<TLayout>() + Panel.Rows * TLayout.GroupLength / sizeof(float);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Fill<TLayout>(byte* panel, int first, int end, float* ready)
        where TLayout : struct, IPanelLayout
    {
        var from = TLayout.Codes(panel, first);
        for (var group = first; group < end; from += TLayout.Step(group), group++, ready += ReadyLength<TLayout>())
        {
            ReadyScales.FillOne<TLayout>(panel, group, ready);
            Widen<TLayout>(from, (byte*)(ready + ReadyScales.ReadyLength<TLayout>()));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Read<TLayout>(
        byte* panel, int group, float* ready, out Vector256<float> scale0, out Vector256<float> scale1, out Vector256<float> offset0, out Vector256<float> offset1)
        where TLayout : struct, IPanelLayout =>
        ReadyScales.Read<TLayout>(panel, group, ready, out scale0, out scale1, out offset0, out offset1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Widen<TLayout>(byte* from, byte* to)
        where TLayout : struct, IPanelLayout
    {
        const int Length = 32;
        if (TLayout.CodeBits == 8)
        {
            for (var i = 0; i < Panel.Rows * TLayout.GroupLength; i += Length)
                Vector256.Load(from + i).Store(to + i);
            return;
        }
        var half = Panel.Rows * TLayout.GroupLength / 2;
        var low = Vector256.Create((byte)15);
        for (var i = 0; i < half; i += Length)
        {
            var both = Vector256.Load(from + i);
            (both & low).Store(to + i);
            ((both.AsUInt16() >> 4).AsByte() & low).Store(to + half + i);
        }
    }
}
