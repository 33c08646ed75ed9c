namespace Inkstone.Inference;

/// <summary>Where a text stands in a grammar: all the ways it can be read so far. Equal ones are one object as long as the machine keeps them.</summary>
internal sealed class MatcherState(int generation, (LocalState State, StackNode Stack)[] threads, bool mayEnd)
{
    /// <summary>What a byte leads to that may not come.</summary>
    public static MatcherState Dead { get; } = new(-1, [], mayEnd: false);

    /// <summary>Which filling of the machine's tables it belongs to.</summary>
    public int Generation { get; } = generation;

    /// <summary>The ways that can go on, in the order of their states, none twice.</summary>
    public (LocalState State, StackNode Stack)[] Threads { get; } = threads;

    /// <summary>Whether the text is complete.</summary>
    public bool MayEnd { get; } = mayEnd;

    /// <summary>The ways with all rules begun that may begin here; only those that take a byte at once.</summary>
    public (LocalState State, StackNode Stack)[]? Opened { get; set; }

    /// <summary>What a byte of each class leads to, as far as it is known.</summary>
    public MatcherState?[]? Next { get; set; }

    /// <summary>The greatest depth that was asked for here, whether it was allowed or not.</summary>
    public int Reach { get; set; }

    /// <summary>The tokens that may come next, once they are known.</summary>
    public ulong[]? Mask { get; set; }

    /// <summary>The tokens by this state alone, if it is the beginning of larger ones, once they are known.</summary>
    public LocalMask? Local { get; set; }

    public bool IsDead => Threads.Length == 0 && !MayEnd;
}
