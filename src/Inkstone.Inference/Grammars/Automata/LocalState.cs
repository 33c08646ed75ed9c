namespace Inkstone.Inference;

/// <summary>
/// Where a rule stands, whoever called it: a set of states of its automaton (the subset construction, made as texts need it), or of a long
/// repeat the turns that are still needed and still allowed. Equal ones are one object.
/// </summary>
internal sealed class LocalState
{
    /// <summary>A count that does not come to its end within a token.</summary>
    public const int Many = int.MaxValue;

    /// <summary>The set; empty for a repeat.</summary>
    public required int[] States { get; init; }

    /// <summary>The rule, if it is a repeat; else −1.</summary>
    public int Repeat { get; init; } = -1;

    /// <summary>Turns of a repeat that are still needed.</summary>
    public int Least { get; init; }

    /// <summary>Turns of a repeat that are still allowed.</summary>
    public int Most { get; init; }

    /// <summary>The order in which it was made.</summary>
    public required int Id { get; init; }

    /// <summary>A number to sort by: states of one repeat stand side by side.</summary>
    public required int Order { get; init; }

    /// <summary>Whether the rule's text may end here.</summary>
    public required bool Accepts { get; init; }

    /// <summary>Whether the rule's text may go on from here.</summary>
    public required bool HasMore { get; init; }

    /// <summary>Whether it may go on with a byte of its own.</summary>
    public required bool HasBytes { get; init; }

    /// <summary>How many rules deep the rest of the rule's text must at least go.</summary>
    public required int Need { get; init; }

    /// <summary>The rules that may be called here, each with where it returns to.</summary>
    public (int Rule, LocalState Return)[]? Calls { get; set; }

    /// <summary>What a byte of each class leads to, as far as it is known.</summary>
    public LocalState?[]? Next { get; set; }

    public bool IsRepeat => Repeat >= 0;
}
