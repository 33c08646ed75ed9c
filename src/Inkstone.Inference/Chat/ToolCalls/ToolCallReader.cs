namespace Inkstone.Inference;

/// <summary>
/// Reads a section of tool calls, a character or a mark at a time. What it does not take ends the section; what it took before is then text, unless it is settled.
/// </summary>
internal abstract class ToolCallReader
{
    private readonly Queue<ToolCall> _calls = [];

    /// <summary>Whether all that was taken is part of calls that are complete.</summary>
    public abstract bool IsSettled { get; }

    /// <summary>Takes the mark that a section begins with; false when sections do not begin with it.</summary>
    public abstract bool Begin(string mark);

    /// <summary>Takes the character that a section without a mark begins with; false when none does.</summary>
    public virtual bool Begin(char c) => false;

    /// <summary>Takes a character of text.</summary>
    public abstract bool Append(char c);

    /// <summary>Takes a mark.</summary>
    public abstract bool Append(string mark);

    /// <summary>Takes the end of the answer where it is not settled; false when it ends inside a call.</summary>
    public abstract bool Finish();

    /// <summary>The next call that is complete.</summary>
    public bool TryTake(out ToolCall call) => _calls.TryDequeue(out call);

    /// <summary>Adds a call; false when there is none.</summary>
    protected bool Add(ToolCall? call)
    {
        if (call is not { } found)
            return false;
        _calls.Enqueue(found);
        return true;
    }
}
