using Inkstone.Foundation.Errors;

namespace Inkstone.Tokenizers;

/// <summary>
/// A pattern as instructions: the non-deterministic automaton of Thompson ("Regular expression search algorithm", 1968), whose
/// branches are in the order a backtracking engine tries them.
/// </summary>
internal sealed class PatternProgram
{
    private const int MostInstructions = 1 << 13;
    private const int MostSets = 255;

    private const int InstructionBytes = 40; // in a list that grows
    private const int SetBytes = 120;

    private readonly string _source;
    private readonly PatternBudget _budget;
    private readonly List<Instruction> _instructions = [];
    private readonly Dictionary<CodePointSet, int> _setOf = [];

    private PatternProgram(string source, PatternBudget budget) => (_source, _budget) = (source, budget);

    /// <summary>What one instruction does.</summary>
    public enum Operation : byte
    {
        /// <summary>The whole pattern has matched.</summary>
        Match,

        /// <summary>Reads a character of a set.</summary>
        Character,

        /// <summary>Goes on at Next, and where that fails at Other.</summary>
        Branch,

        /// <summary>Goes on if the next character is of a set, or at the end if Other is 1.</summary>
        Ahead,

        /// <summary>Goes on if the character before is of a set, or at the beginning if Other is 1.</summary>
        Behind,
    }

    public IReadOnlyList<Instruction> Instructions => _instructions;

    /// <summary>The sets of the instructions, by their number.</summary>
    public IReadOnlyList<CodePointSet> Sets { get; private set; } = [];

    /// <summary>The instruction to begin with.</summary>
    public int Entry { get; private set; }

    public static PatternProgram Compile(PatternNode node, string source, PatternBudget budget)
    {
        var program = new PatternProgram(source, budget);
        program.Entry = program.Compile(node, program.Add(Operation.Match, 0, 0, 0));
        program.Sets = [.. program._setOf.OrderBy(pair => pair.Value).Select(pair => pair.Key)];
        return program;
    }

    /// <summary>The instructions of a part that go on at another; the entry of the part.</summary>
    private int Compile(PatternNode node, int next)
    {
        switch (node)
        {
            case PatternNode.Character character:
                return Add(Operation.Character, next, 0, SetOf(character.Set));
            case PatternNode.Ahead ahead:
                return Add(Operation.Ahead, next, ahead.AtEnd ? 1 : 0, SetOf(ahead.Set));
            case PatternNode.Behind behind:
                return Add(Operation.Behind, next, behind.AtStart ? 1 : 0, SetOf(behind.Set));
            case PatternNode.Sequence sequence:
                for (var i = sequence.Parts.Count - 1; i >= 0; i--)
                    next = Compile(sequence.Parts[i], next);
                return next;
            case PatternNode.Choice choice:
                var entry = Compile(choice.Options[^1], next);
                for (var i = choice.Options.Count - 2; i >= 0; i--)
                    entry = Add(Operation.Branch, Compile(choice.Options[i], next), entry, 0);
                return entry;
            case PatternNode.Repeat repeat:
                return Compile(repeat, next);
            default:
                return next;
        }
    }

    private int Compile(PatternNode.Repeat repeat, int next)
    {
        var entry = next;
        var required = repeat.Least;
        if (repeat.Most < 0)
        {
            entry = Add(Operation.Branch, 0, 0, 0);
            var body = Compile(repeat.Body, entry);
            _instructions[entry] = Branch(body);
            if (required > 0)
                entry = body;
            required--;
        }
        else
        {
            for (var i = repeat.Least; i < repeat.Most; i++)
            {
                var branch = Branch(Compile(repeat.Body, entry));
                entry = Add(branch.Operation, branch.Next, branch.Other, 0);
            }
        }
        for (; required > 0; required--)
            entry = Compile(repeat.Body, entry);
        return entry;

        Instruction Branch(int body) => repeat.Lazy ? new(Operation.Branch, next, body, 0) : new(Operation.Branch, body, next, 0);
    }

    private int Add(Operation operation, int next, int other, int set)
    {
        if (_instructions.Count == MostInstructions)
            throw TooLarge(_source, "repeats of so much");
        _budget.Spend(InstructionBytes, _source);
        _instructions.Add(new(operation, next, other, set));
        return _instructions.Count - 1;
    }

    private int SetOf(CodePointSet set)
    {
        if (_setOf.TryGetValue(set, out var number))
            return number;
        if (_setOf.Count == MostSets)
            throw TooLarge(_source, $"more than {MostSets} different classes and characters");
        _budget.Spend(SetBytes, _source);
        _setOf.Add(set, _setOf.Count);
        return _setOf.Count - 1;
    }

    /// <summary>The error for a pattern whose automaton would pass a limit.</summary>
    public static InkstoneFormatException TooLarge(string source, string found) =>
        new("a pattern cannot be carried out: its automaton is too large", Excerpt.Of(source), found: found);

    /// <summary>One instruction.</summary>
    public readonly record struct Instruction(Operation Operation, int Next, int Other, int Set);
}
