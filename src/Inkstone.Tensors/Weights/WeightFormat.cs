namespace Inkstone.Tensors;

/// <summary>
/// How weights lie in a file or in memory: three dense formats, and the block formats of ggml, in which a short run of weights shares scales.
/// Below, w is a weight, q its small integer, d and m half-precision numbers of the block, s and n small integers of the group of weights it
/// stands in; products are rounded to single precision from left to right, which is what ggml's <c>dequantize_row_*</c> does.
/// Source: the block structures of ggml (<c>ggml-common.h</c>); the names are those GGUF files use.
/// </summary>
public enum WeightFormat : byte
{
    /// <summary>IEEE 754 single precision: 4 bytes a weight.</summary>
    F32,

    /// <summary>IEEE 754 half precision: 2 bytes a weight.</summary>
    F16,

    /// <summary>The upper half of a single-precision number: 2 bytes a weight.</summary>
    BF16,

    /// <summary>w = d·q, q from -127 to 127: 32 weights in 34 bytes (8.5 bits a weight).</summary>
    Q8_0,

    /// <summary>w = d·q, q from -8 to 7: 32 weights in 18 bytes (4.5 bits a weight).</summary>
    Q4_0,

    /// <summary>w = d·q + m, q from 0 to 15: 32 weights in 20 bytes (5 bits a weight).</summary>
    Q4_1,

    /// <summary>w = d·q, q from -16 to 15: 32 weights in 22 bytes (5.5 bits a weight).</summary>
    Q5_0,

    /// <summary>w = d·q + m, q from 0 to 31: 32 weights in 24 bytes (6 bits a weight).</summary>
    Q5_1,

    /// <summary>w = (d·s)·q - m·n, q from 0 to 3, s and n from 0 to 15 for groups of 16: 256 weights in 84 bytes (2.625 bits a weight).</summary>
    Q2_K,

    /// <summary>w = (d·s)·q, q from -4 to 3, s from -32 to 31 for groups of 16: 256 weights in 110 bytes (3.4375 bits a weight).</summary>
    Q3_K,

    /// <summary>w = (d·s)·q - m·n, q from 0 to 15, s and n from 0 to 63 for groups of 32: 256 weights in 144 bytes (4.5 bits a weight).</summary>
    Q4_K,

    /// <summary>w = (d·s)·q - m·n, q from 0 to 31, s and n from 0 to 63 for groups of 32: 256 weights in 176 bytes (5.5 bits a weight).</summary>
    Q5_K,

    /// <summary>w = (d·s)·q, q from -32 to 31, s from -128 to 127 for groups of 16: 256 weights in 210 bytes (6.5625 bits a weight).</summary>
    Q6_K,

    /// <summary>w = d·v, v one of 16 unevenly spaced integers from -127 to 113: 32 weights in 18 bytes (4.5 bits a weight).</summary>
    IQ4_NL,

    /// <summary>w = (d·s)·v, v as in <see cref="IQ4_NL"/>, s from -32 to 31 for groups of 32: 256 weights in 136 bytes (4.25 bits a weight).</summary>
    IQ4_XS,

    /// <summary>
    /// w = 2^(e - 128)·v, v one of ±{0, 1, 2, 3, 4, 6, 8, 12} (twice the numbers of E2M1), e a byte: 32 weights in 17 bytes (4.25 bits a weight).
    /// Source: OCP Microscaling Formats 1.0; e = 255, NaN there, is a power of two here, as in ggml.
    /// </summary>
    MXFP4,
}
