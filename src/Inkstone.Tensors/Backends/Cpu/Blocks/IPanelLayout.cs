using System.Runtime.Intrinsics;

namespace Inkstone.Tensors;

/// <summary>
/// How the numbers of sixteen rows of a weight lie side by side: a panel. A number is scale · (code − bias) + offset. Columns go in groups that share a row's scale;
/// a group's codes lie in steps of four columns, sixteen rows after each other, four bytes a row, so that a register of 32 bytes holds four columns of eight
/// rows, which one instruction multiplies with four activations and adds up. With codes of four bits a step also holds, in the upper halves of its bytes, the
/// step half a group further on.
/// </summary>
internal unsafe interface IPanelLayout
{
    /// <summary>Columns that share a scale: 16 or 32.</summary>
    static abstract int GroupLength { get; }

    /// <summary>Bits of a code: 8 or 4.</summary>
    static abstract int CodeBits { get; }

    /// <summary>What is subtracted from a code as it is stored, which has no sign.</summary>
    static abstract int Bias { get; }

    /// <summary>Whether groups have offsets.</summary>
    static abstract bool HasOffsets { get; }

    /// <summary>Bytes of a panel of so many groups.</summary>
    static abstract long ByteLength(int groups);

    /// <summary>The first code of a group.</summary>
    static abstract byte* Codes(byte* panel, int group);

    /// <summary>Bytes from the first code of a group to that of the next.</summary>
    static abstract int Step(int group);

    /// <summary>The scales of a group's sixteen rows.</summary>
    static abstract void Scales(byte* panel, int group, out Vector256<float> first, out Vector256<float> second);

    /// <summary>The offsets of a group's sixteen rows.</summary>
    static abstract void Offsets(byte* panel, int group, out Vector256<float> first, out Vector256<float> second);

    /// <summary>Sets scales and offsets of a row's groups.</summary>
    /// <param name="block">The block the groups are of, as the file has it.</param>
    /// <param name="scales">The scales of its groups.</param>
    /// <param name="offsets">Their offsets, where there are any.</param>
    /// <param name="panel">The panel.</param>
    /// <param name="group">The first of the groups in the row.</param>
    /// <param name="row">The row's place in the panel.</param>
    static abstract void WriteScales(ReadOnlySpan<byte> block, ReadOnlySpan<float> scales, ReadOnlySpan<float> offsets, byte* panel, int group, int row);
}

/// <summary>What a group of columns is.</summary>
internal interface IGroupKind
{
    /// <summary>Columns.</summary>
    static abstract int Length { get; }

    /// <summary>Whether it has offsets.</summary>
    static abstract bool HasOffsets { get; }
}

/// <summary>The groups of a block format.</summary>
internal readonly struct GroupsOf<TBlock> : IGroupKind
    where TBlock : IWeightBlock
{
    public static int Length => TBlock.GroupLength;

    public static bool HasOffsets => TBlock.HasOffsets;
}

/// <summary>Facts of panels.</summary>
internal static class Panel
{
    /// <summary>Rows of a weight that lie side by side.</summary>
    public const int Rows = 16;
}
