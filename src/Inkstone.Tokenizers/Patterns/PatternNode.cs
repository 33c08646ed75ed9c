namespace Inkstone.Tokenizers;

/// <summary>A part of a pattern, as it was written.</summary>
internal abstract record PatternNode
{
    /// <summary>Matches the empty text.</summary>
    public sealed record Nothing : PatternNode;

    /// <summary>One character of a set.</summary>
    public sealed record Character(CodePointSet Set) : PatternNode;

    /// <summary>Parts one after another.</summary>
    public sealed record Sequence(IReadOnlyList<PatternNode> Parts) : PatternNode;

    /// <summary>The first option that leads to a match.</summary>
    public sealed record Choice(IReadOnlyList<PatternNode> Options) : PatternNode;

    /// <summary>A part so many times (at most −1: no limit), as often as can be, or lazily as seldom.</summary>
    public sealed record Repeat(PatternNode Body, int Least, int Most, bool Lazy) : PatternNode;

    /// <summary>Empty; the next character is one of a set, or the text may end here.</summary>
    public sealed record Ahead(CodePointSet Set, bool AtEnd) : PatternNode;

    /// <summary>Empty; the character before is one of a set, or the text may begin here.</summary>
    public sealed record Behind(CodePointSet Set, bool AtStart) : PatternNode;

    /// <summary>Whether it can match the empty text.</summary>
    public bool IsNullable => this switch
    {
        Character => false,
        Sequence sequence => sequence.Parts.All(part => part.IsNullable),
        Choice choice => choice.Options.Any(option => option.IsNullable),
        Repeat repeat => repeat.Least == 0 || repeat.Body.IsNullable,
        _ => true,
    };

    /// <summary>Whether it can match nothing but the empty text, under conditions.</summary>
    public bool IsCondition => this switch
    {
        Ahead or Behind => true,
        Sequence sequence => sequence.Parts.All(part => part.IsCondition),
        Choice choice => choice.Options.All(option => option.IsCondition),
        _ => false,
    };
}
