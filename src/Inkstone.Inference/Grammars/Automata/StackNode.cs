namespace Inkstone.Inference;

/// <summary>
/// What is to follow when a rule's text ends: the places it may return to, each with what lies below. A node stands for any number of stacks;
/// equal ones are one object, and nodes never change, so that copies cost nothing.
/// </summary>
internal sealed class StackNode(int id, (LocalState Return, StackNode Below)[] frames, bool isEnd, int depth)
{
    /// <summary>The empty stack: nothing may follow but the end of the text.</summary>
    public static StackNode End { get; } = new(0, [], isEnd: true, 0);

    public int Id { get; } = id;

    /// <summary>The places, in their order, none twice.</summary>
    public (LocalState Return, StackNode Below)[] Frames { get; } = frames;

    /// <summary>Whether one of the stacks is empty.</summary>
    public bool IsEnd { get; } = isEnd;

    /// <summary>How many places lie one on the other in the highest of the stacks.</summary>
    public int Depth { get; } = depth;

    /// <summary>What a text's state is when the rule above has just ended; null until it is needed.</summary>
    public MatcherState? Popped { get; set; }
}
