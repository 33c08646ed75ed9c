namespace Inkstone.Foundation.Formats;

/// <summary>
/// How much JSON a reader accepts. The defaults take every configuration and tokenizer file in use today (the largest
/// vocabularies need about 40 MB and two million values) and nothing that could exhaust memory.
/// </summary>
public sealed record JsonLimits
{
    /// <summary>The defaults.</summary>
    public static JsonLimits Default { get; } = new();

    /// <summary>The longest input in bytes. Default 128 MiB.</summary>
    public int MaximumBytes { get; init; } = 128 << 20;

    /// <summary>The deepest nesting of objects and arrays, 1 to 256. Default 64.</summary>
    public int MaximumDepth { get; init; } = 64;

    /// <summary>The longest string, property name or number in bytes as written. Default 16 MiB.</summary>
    public int MaximumStringBytes { get; init; } = 16 << 20;

    /// <summary>The largest number of values (containers, members' values and items) in the whole input. Default 8 million.</summary>
    public int MaximumValues { get; init; } = 8_000_000;

    /// <summary>Throws when a limit is out of range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A limit is not positive, or the depth is above 256.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaximumBytes);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaximumStringBytes);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaximumValues);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaximumDepth, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaximumDepth, 256);
    }
}
