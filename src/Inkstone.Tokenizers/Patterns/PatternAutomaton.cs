using System.Runtime.InteropServices;
using Operation = Inkstone.Tokenizers.PatternProgram.Operation;

namespace Inkstone.Tokenizers;

/// <summary>
/// The deterministic automaton of a pattern. A state is the list of instructions that are still in the run, the preferred ones
/// first; on a symbol each reads it or drops out, and where one has matched those after it are dropped, so that the last match seen
/// is the one a backtracking engine finds first. Matches are told with the symbol that follows them, which is what lets conditions
/// on the next character be met without reading twice.
/// </summary>
internal sealed class PatternAutomaton
{
    private const int MostTransitions = 1 << 16;
    private const int MostSteps = 1 << 24;
    private const int MostStateCharacters = 1 << 17;
    private const int StateBytes = 160;
    private const int ContextBytes = 16;

    private readonly PatternProgram _program;
    private readonly PatternAlphabet _alphabet;
    private readonly bool[] _inside;
    private readonly int[] _contextOf;
    private readonly List<int> _contextMembers = [];
    private readonly Dictionary<string, int> _stateOf = [];
    private readonly List<string> _states = [""];
    private readonly List<int[]> _rows = [];
    private readonly Stack<int> _pending = new();
    private readonly List<char> _next = [];
    private readonly int[] _seen, _kept;
    private readonly string _source;
    private readonly PatternBudget _budget;
    private int _turn, _steps, _stateCharacters;

    private PatternAutomaton(PatternProgram program, PatternAlphabet alphabet, string source, PatternBudget budget)
    {
        (_program, _alphabet, _source, _budget) = (program, alphabet, source, budget);
        budget.Spend(2 * sizeof(int) * program.Instructions.Count + program.Sets.Count * alphabet.Count + ContextBytes * alphabet.Count, source);
        _seen = new int[program.Instructions.Count];
        _kept = new int[program.Instructions.Count];
        Width = alphabet.Count + 1;
        _inside = new bool[program.Sets.Count * alphabet.Count];
        for (var set = 0; set < program.Sets.Count; set++)
        {
            for (var symbol = 0; symbol < alphabet.Count; symbol++)
                _inside[(set * alphabet.Count) + symbol] = program.Sets[set].Contains(alphabet.MemberOf(symbol));
        }
        _contextOf = FindContexts();
    }

    /// <summary>Transitions of a state: one for each symbol, then one for the end of the text.</summary>
    public int Width { get; }

    /// <summary>
    /// By state and symbol: four times the place of the next state's transitions, plus 2 where ASCII letters lead from there nowhere else
    /// and alike, plus 1 where a match ends before the symbol. State 0 has nothing left to match.
    /// </summary>
    public int[] Transitions { get; private set; } = [];

    /// <summary>The place of the transitions of the state to begin in, by context: what stands before.</summary>
    public int[] Starts { get; private set; } = [];

    /// <summary>The context that each symbol leaves; context 0 is the beginning of the text.</summary>
    public ReadOnlySpan<int> ContextOf => _contextOf;

    public static PatternAutomaton Build(PatternProgram program, PatternAlphabet alphabet, string source, PatternBudget budget)
    {
        var automaton = new PatternAutomaton(program, alphabet, source, budget);
        automaton.Build();
        return automaton;
    }

    private void Build()
    {
        Starts = new int[_contextMembers.Count];
        for (var context = 0; context < Starts.Length; context++)
            Starts[context] = Width * StateOf([(char)context, (char)_program.Entry]);
        _rows.Add(new int[Width]);
        for (var state = 1; state < _states.Count; state++)
        {
            var row = new int[Width];
            for (var symbol = 0; symbol < Width; symbol++)
                row[symbol] = Step(_states[state], symbol);
            _rows.Add(row);
        }
        Transitions = new int[Width * _rows.Count];
        for (var i = 0; i < Transitions.Length; i++)
        {
            var transition = _rows[i / Width][i % Width];
            Transitions[i] = IsLetterLoop(transition >> 2) ? transition | 2 : transition;
        }
    }

    private bool IsLetterLoop(int place)
    {
        if (place == 0)
            return false;
        var row = _rows[place / Width];
        var first = row[_alphabet.Ascii['A']];
        for (var letter = 'A'; letter <= 'Z'; letter++)
        {
            if (row[_alphabet.Ascii[letter]] != first || row[_alphabet.Ascii[letter | 0x20]] != first)
                return false;
        }
        return first >> 2 == place;
    }

    /// <summary>Contexts: symbols that no condition on the character before tells apart. Without such conditions there is one.</summary>
    private int[] FindContexts()
    {
        var conditions = _program.Instructions.Where(instruction => instruction.Operation == Operation.Behind).Select(instruction => instruction.Set)
            .Distinct().ToArray();
        var contextOf = new int[_alphabet.Count];
        _contextMembers.Add(-1);
        if (conditions.Length == 0)
            return contextOf;
        var known = new Dictionary<string, int>();
        for (var symbol = 0; symbol < contextOf.Length; symbol++)
        {
            var key = string.Concat(conditions.Select(set => Inside(set, symbol) ? '1' : '0'));
            if (!known.TryGetValue(key, out contextOf[symbol]))
            {
                contextOf[symbol] = _contextMembers.Count;
                known.Add(key, _contextMembers.Count);
                _contextMembers.Add(symbol);
            }
        }
        return contextOf;
    }

    private bool Inside(int set, int symbol) => _inside[(set * _alphabet.Count) + symbol];

    private int StateOf(ReadOnlySpan<char> key)
    {
        if (_stateOf.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(key, out var state))
            return state;
        state = _states.Count;
        if ((state + 1) * Width > MostTransitions)
            throw PatternProgram.TooLarge(_source, $"more than {MostTransitions} transitions");
        _stateCharacters += key.Length;
        if (_stateCharacters > MostStateCharacters)
            throw PatternProgram.TooLarge(_source, $"states of more than {MostStateCharacters} instructions together");
        _budget.Spend(StateBytes + 2 * sizeof(int) * Width + sizeof(char) * key.Length, _source);
        _states.Add(key.ToString());
        _stateOf.Add(_states[^1], state);
        return state;
    }

    /// <summary>The transition from a state (its context, then its instructions) on a symbol.</summary>
    private int Step(string state, int symbol)
    {
        var before = _contextMembers[state[0]];
        var atEnd = symbol == _alphabet.Count;
        _next.Clear();
        _next.Add((char)(atEnd ? 0 : _contextOf[symbol]));
        var matched = false;
        _turn++;
        _steps += state.Length;
        for (var i = 1; i < state.Length && !matched; i++)
        {
            _pending.Push(state[i]);
            while (_pending.TryPop(out var place))
            {
                if (_seen[place] == _turn)
                    continue;
                _seen[place] = _turn;
                if (++_steps > MostSteps)
                    throw PatternProgram.TooLarge(_source, $"more than {MostSteps} steps to build it");
                var instruction = _program.Instructions[place];
                switch (instruction.Operation)
                {
                    case Operation.Match:
                        matched = true;
                        _pending.Clear();
                        break;
                    case Operation.Character when !atEnd && Inside(instruction.Set, symbol) && _kept[instruction.Next] != _turn:
                        _kept[instruction.Next] = _turn;
                        _next.Add((char)instruction.Next);
                        break;
                    case Operation.Branch:
                        _pending.Push(instruction.Other);
                        _pending.Push(instruction.Next);
                        break;
                    case Operation.Ahead when atEnd ? instruction.Other == 1 : Inside(instruction.Set, symbol):
                    case Operation.Behind when before < 0 ? instruction.Other == 1 : Inside(instruction.Set, before):
                        _pending.Push(instruction.Next);
                        break;
                }
            }
        }
        var entry = _next.Count == 1 ? 0 : 4 * Width * StateOf(CollectionsMarshal.AsSpan(_next));
        return entry + (matched ? 1 : 0);
    }
}
