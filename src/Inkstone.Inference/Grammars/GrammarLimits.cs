namespace Inkstone.Inference;

/// <summary>What a grammar may cost. Whatever goes beyond ends in an error; nothing is cut short silently.</summary>
public sealed record GrammarLimits
{
    /// <summary>The defaults.</summary>
    public static GrammarLimits Default { get; } = new();

    /// <summary>The longest grammar, expression or schema, in bytes of UTF-8. Default 64 KiB.</summary>
    public int TextBytes { get; init; } = 64 << 10;

    /// <summary>The deepest nesting of groups, or of a schema's objects and arrays. Default 32.</summary>
    public int Nesting { get; init; } = 32;

    /// <summary>The most states of all rules' automata together. Default 262,144.</summary>
    public int States { get; init; } = 1 << 18;

    /// <summary>
    /// The deepest nesting of rules within rules in the text. What would nest deeper is never allowed, and what has been allowed can
    /// always be completed within it. Default 512; JSON of no stated form has a limit of its own.
    /// </summary>
    public int Depth { get; init; } = 512;

    /// <summary>The most steps (bytes of tokens tried, threads moved) one call may take. Default 2^24.</summary>
    public long StepWork { get; init; } = 1L << 24;

    /// <summary>The most steps one text may take from its beginning to its end. Default 2^29.</summary>
    public long TextWork { get; init; } = 1L << 29;

    /// <summary>How many bytes a grammar and a vocabulary keep of states and masks, about; beyond it they are made anew. Default 64 MiB.</summary>
    public long HeldBytes { get; init; } = 64L << 20;
}
