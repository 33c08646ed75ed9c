namespace Inkstone.Inference;

/// <summary>
/// The rules as nondeterministic automata over bytes. An edge takes a byte of a range, or a text of another rule that is not empty (a call),
/// or nothing. A long repeat is a rule of its own without states: its state is how often it must still and may still go round.
/// </summary>
internal sealed class GrammarAutomaton
{
    /// <summary>The value of <see cref="Needs"/> and <see cref="RuleNeeds"/> where no end can be reached.</summary>
    public const int Hopeless = int.MaxValue;

    public required Rule[] Rules { get; init; }

    /// <summary>The rule of the whole text.</summary>
    public required int Root { get; init; }

    /// <summary>The edges of a state that take a byte.</summary>
    public required ByteEdge[][] Bytes { get; init; }

    /// <summary>The edges of a state that take a rule's text.</summary>
    public required CallEdge[][] Calls { get; init; }

    /// <summary>The edges of a state that take nothing.</summary>
    public required int[][] Empties { get; init; }

    /// <summary>Whether a state is the end of its rule.</summary>
    public required bool[] IsEnd { get; init; }

    /// <summary>How many rules deep a text from a state to its rule's end must at least go.</summary>
    public int[] Needs { get; set; } = [];

    /// <summary>The same from a rule's beginning.</summary>
    public int[] RuleNeeds { get; set; } = [];

    /// <summary>A rule's number is above those of all rules it may begin with.</summary>
    public int[] Ranks { get; set; } = [];

    /// <summary>Which bytes no edge tells apart: the class of each byte.</summary>
    public byte[] ClassOf { get; } = new byte[256];

    /// <summary>A byte of each class.</summary>
    public byte[] Representatives { get; set; } = [];

    /// <summary>How many states there are, those of long repeats not counted.</summary>
    public int StateCount => Bytes.Length;

    /// <summary>An edge that takes one byte from <paramref name="First"/> to <paramref name="Last"/>.</summary>
    internal readonly record struct ByteEdge(byte First, byte Last, int Target);

    /// <summary>An edge that takes a text of a rule.</summary>
    internal readonly record struct CallEdge(int Rule, int Target);

    /// <summary>A rule: an automaton from a state to a state, or a repeat of another rule.</summary>
    internal sealed class Rule
    {
        public required string Name { get; init; }

        public int Start { get; init; } = -1;

        public int End { get; init; } = -1;

        /// <summary>The rule repeated; −1 if this is no repeat.</summary>
        public int Body { get; init; } = -1;

        public int Least { get; set; }

        public int Most { get; init; }

        public bool IsNullable { get; set; }

        public bool IsRepeat => Body >= 0;
    }
}
