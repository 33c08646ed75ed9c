namespace Inkstone.Foundation.Formats;

/// <summary>
/// What the weights of a GGUF tensor are stored as: every type that was ever published, by the name and number it has in files
/// (github.com/ggml-org/ggml, <c>ggml.h</c>), whether Inkstone computes with it or not. <see cref="GgufTensorTypes"/> has their sizes.
/// </summary>
public enum GgufTensorType
{
    /// <summary>Single precision.</summary>
    F32 = 0,

    /// <summary>IEEE half precision.</summary>
    F16 = 1,

    /// <summary>4 bits, a scale a block.</summary>
    Q4_0 = 2,

    /// <summary>4 bits, a scale and a least value a block.</summary>
    Q4_1 = 3,

    /// <summary>4 bits in blocks of 16; withdrawn.</summary>
    Q4_2 = 4,

    /// <summary>4 bits in blocks of 16, with a least value; withdrawn.</summary>
    Q4_3 = 5,

    /// <summary>5 bits, a scale a block.</summary>
    Q5_0 = 6,

    /// <summary>5 bits, a scale and a least value a block.</summary>
    Q5_1 = 7,

    /// <summary>8 bits, a scale a block.</summary>
    Q8_0 = 8,

    /// <summary>8 bits, a scale and a sum a block; for activations.</summary>
    Q8_1 = 9,

    /// <summary>2 bits, scales of scales.</summary>
    Q2_K = 10,

    /// <summary>3 bits, scales of scales.</summary>
    Q3_K = 11,

    /// <summary>4 bits, scales of scales.</summary>
    Q4_K = 12,

    /// <summary>5 bits, scales of scales.</summary>
    Q5_K = 13,

    /// <summary>6 bits, scales of scales.</summary>
    Q6_K = 14,

    /// <summary>8 bits, sums beside; for activations.</summary>
    Q8_K = 15,

    /// <summary>2.06 bits, by a grid.</summary>
    IQ2_XXS = 16,

    /// <summary>2.31 bits, by a grid.</summary>
    IQ2_XS = 17,

    /// <summary>3.06 bits, by a grid.</summary>
    IQ3_XXS = 18,

    /// <summary>1.56 bits, by a grid.</summary>
    IQ1_S = 19,

    /// <summary>4 bits, unevenly spaced values.</summary>
    IQ4_NL = 20,

    /// <summary>3.44 bits, by a grid.</summary>
    IQ3_S = 21,

    /// <summary>2.56 bits, by a grid.</summary>
    IQ2_S = 22,

    /// <summary>4.25 bits, unevenly spaced values.</summary>
    IQ4_XS = 23,

    /// <summary>Signed, 8 bits.</summary>
    I8 = 24,

    /// <summary>Signed, 16 bits.</summary>
    I16 = 25,

    /// <summary>Signed, 32 bits.</summary>
    I32 = 26,

    /// <summary>Signed, 64 bits.</summary>
    I64 = 27,

    /// <summary>Double precision.</summary>
    F64 = 28,

    /// <summary>1.75 bits, by a grid.</summary>
    IQ1_M = 29,

    /// <summary>The upper half of a single-precision number.</summary>
    BF16 = 30,

    /// <summary>Q4_0 with four rows interleaved; withdrawn.</summary>
    Q4_0_4_4 = 31,

    /// <summary>Q4_0 with four rows interleaved by eights; withdrawn.</summary>
    Q4_0_4_8 = 32,

    /// <summary>Q4_0 with eight rows interleaved; withdrawn.</summary>
    Q4_0_8_8 = 33,

    /// <summary>Ternary, 1.69 bits.</summary>
    TQ1_0 = 34,

    /// <summary>Ternary, 2.06 bits.</summary>
    TQ2_0 = 35,

    /// <summary>IQ4_NL with four rows interleaved; withdrawn.</summary>
    IQ4_NL_4_4 = 36,

    /// <summary>IQ4_NL with four rows interleaved by eights; withdrawn.</summary>
    IQ4_NL_4_8 = 37,

    /// <summary>IQ4_NL with eight rows interleaved; withdrawn.</summary>
    IQ4_NL_8_8 = 38,

    /// <summary>4-bit floating point, a power of two a block (OCP microscaling).</summary>
    MXFP4 = 39,

    /// <summary>4-bit floating point, an 8-bit floating-point scale for each 16.</summary>
    NVFP4 = 40,

    /// <summary>1 bit, a scale a block.</summary>
    Q1_0 = 41,

    /// <summary>2 bits, a scale a block.</summary>
    Q2_0 = 42,
}
