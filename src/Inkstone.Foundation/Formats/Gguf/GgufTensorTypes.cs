namespace Inkstone.Foundation.Formats;

/// <summary>Sizes of <see cref="GgufTensorType"/>. Weights are stored in blocks: so many weights of a row in so many bytes.</summary>
public static class GgufTensorTypes
{
    private static readonly Row[] Rows =
    [
        new(1, 4), // F32
        new(1, 2), // F16
        new(32, 18), // Q4_0
        new(32, 20), // Q4_1
        new(16, 10), // Q4_2
        new(16, 12), // Q4_3
        new(32, 22), // Q5_0
        new(32, 24), // Q5_1
        new(32, 34), // Q8_0
        new(32, 36), // Q8_1
        new(256, 84), // Q2_K
        new(256, 110), // Q3_K
        new(256, 144), // Q4_K
        new(256, 176), // Q5_K
        new(256, 210), // Q6_K
        new(256, 292), // Q8_K
        new(256, 66), // IQ2_XXS
        new(256, 74), // IQ2_XS
        new(256, 98), // IQ3_XXS
        new(256, 50), // IQ1_S
        new(32, 18), // IQ4_NL
        new(256, 110), // IQ3_S
        new(256, 82), // IQ2_S
        new(256, 136), // IQ4_XS
        new(1, 1), // I8
        new(1, 2), // I16
        new(1, 4), // I32
        new(1, 8), // I64
        new(1, 8), // F64
        new(256, 56), // IQ1_M
        new(1, 2), // BF16
        new(32, 18), // Q4_0_4_4
        new(32, 18), // Q4_0_4_8
        new(32, 18), // Q4_0_8_8
        new(256, 54), // TQ1_0
        new(256, 66), // TQ2_0
        new(32, 18), // IQ4_NL_4_4
        new(32, 18), // IQ4_NL_4_8
        new(32, 18), // IQ4_NL_8_8
        new(32, 17), // MXFP4
        new(64, 36), // NVFP4
        new(128, 18), // Q1_0
        new(64, 18), // Q2_0
    ];

    /// <summary>How many types there are; their numbers are 0 and up.</summary>
    public static int Count => Rows.Length;

    /// <summary>How many weights a block holds; 1 where every weight stands alone. Rows are whole blocks.</summary>
    public static int BlockLength(this GgufTensorType type) => Rows[(int)type].Length;

    /// <summary>How many bytes a block takes.</summary>
    public static int BlockBytes(this GgufTensorType type) => Rows[(int)type].Bytes;

    /// <summary>The bytes a row-major shape takes: null when there are 2^63 or more, or when the last dimension is no multiple of the block.</summary>
    /// <param name="type">The type.</param>
    /// <param name="shape">The dimensions, all positive; the last one is the length of a row.</param>
    public static long? ByteCount(this GgufTensorType type, ReadOnlySpan<long> shape)
    {
        var (length, bytes) = Rows[(int)type];
        if ((shape.IsEmpty ? 1 : shape[^1]) % length != 0)
            return null;
        Int128 weights = 1;
        foreach (var dimension in shape)
        {
            weights *= dimension;
            if (weights > long.MaxValue)
                return null;
        }
        var total = weights / length * bytes;
        return total <= long.MaxValue ? (long)total : null;
    }

    private readonly record struct Row(int Length, int Bytes);
}
