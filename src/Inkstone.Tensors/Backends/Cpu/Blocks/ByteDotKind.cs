namespace Inkstone.Tensors;

/// <summary>Which instructions multiply bytes; all give the same results.</summary>
internal enum ByteDotKind
{
    /// <summary>What every processor has.</summary>
    Plain,

    /// <summary>AVX2: sixteen-bit products in 256 bits.</summary>
    Wide256,

    /// <summary>AVX-512BW: sixteen-bit products in 512 bits.</summary>
    Wide512,

    /// <summary>AVX-VNNI: byte products in 256 bits.</summary>
    Vnni,
}

/// <summary>Choosing among them.</summary>
internal static class ByteDotKinds
{
    /// <summary>Whether this processor has the instructions.</summary>
    public static bool IsSupported(ByteDotKind kind) => kind switch
    {
        ByteDotKind.Vnni => VnniDot.IsSupported,
        ByteDotKind.Wide512 => WideDot512.IsSupported,
        ByteDotKind.Wide256 => WideDot256.IsSupported,
        _ => PlainDot.IsSupported,
    };

    /// <summary>The best that this processor has in registers of a width.</summary>
    public static ByteDotKind BestOf(VectorWidth width) =>
        width == VectorWidth.Bits128 ? ByteDotKind.Plain
        : IsSupported(ByteDotKind.Vnni) ? ByteDotKind.Vnni
        : width == VectorWidth.Bits512 && IsSupported(ByteDotKind.Wide512) ? ByteDotKind.Wide512
        : IsSupported(ByteDotKind.Wide256) ? ByteDotKind.Wide256
        : ByteDotKind.Plain;
}
