namespace Inkstone.Tokenizers;

/// <summary>How much a chat template may do. The defaults take every template in use and long conversations, and end what loops.</summary>
public sealed record ChatTemplateLimits
{
    /// <summary>The defaults.</summary>
    public static ChatTemplateLimits Default { get; } = new();

    /// <summary>The longest template in UTF-16 units. Default 262,144.</summary>
    public int MaximumSourceLength { get; init; } = 1 << 18;

    /// <summary>
    /// The deepest nesting: of tags and brackets in the template, of calls within calls while it runs, of JSON in the input. Default 200.
    /// </summary>
    public int MaximumDepth { get; init; } = 200;

    /// <summary>
    /// The most steps a rendering may take. A step is one part of the template carried out, one item walked or eight characters written,
    /// also to variables. Default 10 million.
    /// </summary>
    public long MaximumSteps { get; init; } = 10_000_000;

    /// <summary>The longest text a rendering or any variable may hold, in UTF-16 units. Default 16 Mi.</summary>
    public int MaximumOutputLength { get; init; } = 1 << 24;

    /// <summary>Throws when a limit is out of range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A limit is not positive, or the depth is above 1000.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaximumSourceLength);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaximumDepth);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaximumDepth, 1000);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaximumSteps);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaximumOutputLength);
    }
}
