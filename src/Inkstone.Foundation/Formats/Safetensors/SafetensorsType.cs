using System.Diagnostics.CodeAnalysis;

namespace Inkstone.Foundation.Formats;

/// <summary>The element types a safetensors file can hold.</summary>
[SuppressMessage("Naming", "CA1720:Identifier contains type name", Justification = "these are the names of the format")]
public enum SafetensorsType
{
    /// <summary>True or false, one byte.</summary>
    Bool,

    /// <summary>Unsigned, 8 bits.</summary>
    U8,

    /// <summary>Signed, 8 bits.</summary>
    I8,

    /// <summary>Floating point, 8 bits: 4 of exponent, 3 of fraction.</summary>
    F8E4M3,

    /// <summary>Floating point, 8 bits: 5 of exponent, 2 of fraction.</summary>
    F8E5M2,

    /// <summary>Unsigned, 16 bits.</summary>
    U16,

    /// <summary>Signed, 16 bits.</summary>
    I16,

    /// <summary>IEEE half precision.</summary>
    F16,

    /// <summary>The upper half of a single-precision number.</summary>
    BF16,

    /// <summary>Unsigned, 32 bits.</summary>
    U32,

    /// <summary>Signed, 32 bits.</summary>
    I32,

    /// <summary>IEEE single precision.</summary>
    F32,

    /// <summary>Unsigned, 64 bits.</summary>
    U64,

    /// <summary>Signed, 64 bits.</summary>
    I64,

    /// <summary>IEEE double precision.</summary>
    F64,
}

/// <summary>Names and sizes of <see cref="SafetensorsType"/>.</summary>
public static class SafetensorsTypes
{
    /// <summary>All names, as files write them, in the order of the enumeration.</summary>
    public static IReadOnlyList<string> Names { get; } =
        ["BOOL", "U8", "I8", "F8_E4M3", "F8_E5M2", "U16", "I16", "F16", "BF16", "U32", "I32", "F32", "U64", "I64", "F64"];

    /// <summary>Types that files may have by the format, and that are refused by their name: of less than a byte, or of no use to any model that is read.</summary>
    internal static IReadOnlyList<string> Unread { get; } = ["F4", "F6_E2M3", "F6_E3M2", "F8_E8M0", "F8_E4M3FNUZ", "F8_E5M2FNUZ", "C64"];

    /// <summary>The name as files write it.</summary>
    public static string Name(this SafetensorsType type) => Names[(int)type];

    /// <summary>The size of one element in bytes.</summary>
    public static int ByteSize(this SafetensorsType type) => type switch
    {
        <= SafetensorsType.F8E5M2 => 1,
        <= SafetensorsType.BF16 => 2,
        <= SafetensorsType.F32 => 4,
        _ => 8,
    };

    /// <summary>Finds a type by its name.</summary>
    public static bool TryParse(string name, out SafetensorsType type)
    {
        for (var i = 0; i < Names.Count; i++)
        {
            if (Names[i] == name)
            {
                type = (SafetensorsType)i;
                return true;
            }
        }
        type = default;
        return false;
    }
}
