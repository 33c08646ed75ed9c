namespace Inkstone.Tokenizers;

/// <summary>What becomes of the matches of a pattern that cuts text.</summary>
internal enum SplitBehavior
{
    /// <summary>They go.</summary>
    Removed,

    /// <summary>Each is a piece.</summary>
    Isolated,

    /// <summary>Each joins the piece before it, unless that is a match too.</summary>
    MergedWithPrevious,

    /// <summary>Each joins the piece after it, unless that is a match too.</summary>
    MergedWithNext,

    /// <summary>Matches that touch are one piece.</summary>
    Contiguous,
}
