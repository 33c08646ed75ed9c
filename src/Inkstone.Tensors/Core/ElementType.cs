namespace Inkstone.Tensors;

/// <summary>What one element of a tensor is.</summary>
public enum ElementType : byte
{
    /// <summary>IEEE 754 single precision: what the fast backend computes in.</summary>
    Float32,

    /// <summary>IEEE 754 double precision: what the reference backend computes in when gradients are checked.</summary>
    Float64,

    /// <summary>IEEE 754 half precision: storage only.</summary>
    Float16,

    /// <summary>The upper half of a single-precision number: storage only.</summary>
    BFloat16,

    /// <summary>32-bit integers: token ids, indices, and conditions (zero is false, anything else true).</summary>
    Int32,
}

/// <summary>Facts about element types.</summary>
public static class ElementTypes
{
    /// <summary>Bytes an element takes.</summary>
    public static int Size(this ElementType type) => type switch
    {
        ElementType.Float64 => 8,
        ElementType.Float16 or ElementType.BFloat16 => 2,
        _ => 4,
    };

    /// <summary>Whether the type is a real number, and so can carry a gradient.</summary>
    public static bool IsFloat(this ElementType type) => type != ElementType.Int32;
}
