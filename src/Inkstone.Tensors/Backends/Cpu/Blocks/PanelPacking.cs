using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Inkstone.Foundation.Errors;

namespace Inkstone.Tensors;

/// <summary>Rows of a block format laid into panels, and rows taken out again.</summary>
internal static unsafe class PanelPacking<TBlock, TLayout>
    where TBlock : IWeightBlock
    where TLayout : struct, IPanelLayout
{
    private const int StepBytes = 4 * Panel.Rows;

    /// <summary>Lays sixteen rows into a panel; where there are fewer, the rest is zeros.</summary>
    /// <exception cref="InkstoneNumericException">A scale is not finite.</exception>
    public static void Fill(StoredMatrix source, int index, byte* panel, long bytes)
    {
        var rows = Math.Min(Panel.Rows, source.Rows - index * Panel.Rows);
        if (rows < Panel.Rows)
            new Span<byte>(panel, checked((int)bytes)).Clear();
        for (var row = 0; row < rows; row++)
            Put(source.Row(index * Panel.Rows + row), source.Columns, panel, row);
    }

    [SkipLocalsInit]
    private static void Put(byte* blocks, int columns, byte* panel, int row)
    {
        Span<sbyte> levels = stackalloc sbyte[TBlock.Length];
        Span<float> scales = stackalloc float[BlockRows.MaximumGroups];
        Span<float> offsets = stackalloc float[BlockRows.MaximumGroups];
        offsets.Clear();
        var (group, groups) = (0, TBlock.Length / TBlock.GroupLength);
        for (var block = 0; block < columns / TBlock.Length; block++, blocks += TBlock.Bytes)
        {
            TBlock.Unpack(new(blocks, TBlock.Bytes), levels, scales, offsets);
            TLayout.WriteScales(new(blocks, TBlock.Bytes), scales[..groups], offsets[..groups], panel, group, row);
            for (var i = 0; i < groups; i++, group++)
            {
                if (!float.IsFinite(scales[i]) || !float.IsFinite(offsets[i]))
                    throw new InkstoneNumericException("a block of the weight has a scale that is not finite", "weight", found: $"{scales[i]}");
                PutCodes(levels.Slice(i * TBlock.GroupLength, TBlock.GroupLength), TLayout.Codes(panel, group) + 4 * row);
            }
        }
    }

    /// <summary>Takes a row out of a panel as single-precision numbers.</summary>
    public static void Take(byte* panel, int row, int columns, float* numbers)
    {
        for (var group = 0; group < columns / TLayout.GroupLength; group++, numbers += TLayout.GroupLength)
        {
            TLayout.Scales(panel, group, out var scale0, out var scale1);
            TLayout.Offsets(panel, group, out var offset0, out var offset1);
            var (scale, offset) = row < 8 ? (scale0[row], offset0[row]) : (scale1[row - 8], offset1[row - 8]);
            var codes = TLayout.Codes(panel, group) + 4 * row;
            for (var column = 0; column < TLayout.GroupLength; column++)
            {
                var product = scale * (Code(codes, column) - TLayout.Bias);
                numbers[column] = TLayout.HasOffsets ? product + offset : product;
            }
        }
    }

    // Four columns of the row at a time, which stand together; sixteen of a group's columns make four such words.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PutCodes(ReadOnlySpan<sbyte> levels, byte* codes)
    {
        var bias = Vector128.Create((byte)TLayout.Bias);
        if (TLayout.CodeBits == 8)
        {
            for (var column = 0; column < levels.Length; column += 16)
                PutWords(Vector128.Create(levels[column..]).AsByte() + bias, codes + column / 4 * StepBytes);
            return;
        }
        var half = levels.Length / 2;
        for (var column = 0; column < half; column += 16)
        {
            var low = Vector128.Create(levels[column..]).AsByte() + bias;
            var high = Vector128.Create(levels[(column + half)..]).AsByte() + bias;
            PutWords(low | (high.AsUInt16() << 4).AsByte(), codes + column / 4 * StepBytes);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PutWords(Vector128<byte> columns, byte* codes)
    {
        var words = columns.AsUInt32();
        for (var word = 0; word < 4; word++, codes += StepBytes)
            *(uint*)codes = words[word];
    }

    private static int Code(byte* codes, int column)
    {
        if (TLayout.CodeBits == 8)
            return codes[column / 4 * StepBytes + column % 4];
        var half = TLayout.GroupLength / 2;
        var both = codes[column % half / 4 * StepBytes + column % 4];
        return column < half ? both & 15 : both >> 4;
    }
}
