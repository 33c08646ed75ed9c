namespace Inkstone.Tensors;

/// <summary>How rows of keys and values are stored for serving.</summary>
public enum RowStorage
{
    /// <summary>Single precision: a tensor of <see cref="ElementType.Float32"/>.</summary>
    Single,

    /// <summary>Half precision: a tensor of <see cref="ElementType.Float16"/>.</summary>
    Half,

    /// <summary>
    /// Blocks of 32 numbers rounded to integers of eight bits with a scale d = max |x| / 127 in single precision: 36 bytes, so a tensor of
    /// <see cref="ElementType.Int32"/> with nine elements a block.
    /// </summary>
    Rounded,
}

/// <summary>Facts of <see cref="RowStorage"/>.</summary>
public static class RowStorages
{
    /// <summary>Numbers of a block that is rounded together.</summary>
    public const int BlockLength = EightBits.Length;

    internal const int BlockInts = 9;

    /// <summary>The type of a tensor that holds rows.</summary>
    public static ElementType Type(this RowStorage storage) => storage switch
    {
        RowStorage.Half => ElementType.Float16,
        RowStorage.Rounded => ElementType.Int32,
        _ => ElementType.Float32,
    };

    /// <summary>Elements of that type that a row of numbers takes.</summary>
    /// <param name="storage">The storage.</param>
    /// <param name="width">Numbers of the row; where they are rounded, a multiple of 32.</param>
    public static int Elements(this RowStorage storage, int width) => storage != RowStorage.Rounded ? width
        : width % BlockLength == 0 ? width / BlockLength * BlockInts
        : throw ShapeError.Of("rounded rows", $"a multiple of {BlockLength} numbers", $"{width}");

    /// <summary>How a tensor of keys or values stores its rows; the reference's double precision counts as single.</summary>
    internal static RowStorage Of(in Tensor rows) => rows.Type switch
    {
        ElementType.Float16 => RowStorage.Half,
        ElementType.Int32 => RowStorage.Rounded,
        _ => RowStorage.Single,
    };

    /// <summary>Numbers in the last axis.</summary>
    internal static int Width(in Tensor rows) => Of(rows) == RowStorage.Rounded ? rows.Shape[-1] / BlockInts * BlockLength : rows.Shape[-1];
}
