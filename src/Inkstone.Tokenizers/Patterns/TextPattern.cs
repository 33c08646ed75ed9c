using System.Text;
using Inkstone.Foundation.Errors;

namespace Inkstone.Tokenizers;

/// <summary>
/// A regular expression of the kind that pre-tokenizers are made of, carried out on UTF-8 by code points at Unicode 16.0 in time linear
/// in the text. It finds what a backtracking engine finds: the leftmost match, by the first alternative that leads to one. A broken
/// sequence counts as U+FFFD. Immutable; safe from many threads.
/// </summary>
internal sealed class TextPattern
{
    private readonly PatternAlphabet _alphabet;
    private readonly PatternAutomaton _automaton;
    private readonly int[] _transitions;

    // ASCII characters that some match begins with, or that an empty match stands before; null where that depends on what stands before.
    private readonly bool[]? _begins;

    private TextPattern(string source, PatternDialect dialect, PatternBudget budget)
    {
        (Source, Dialect) = (source, dialect);
        var program = PatternProgram.Compile(PatternParser.Parse(source, dialect, budget), source, budget);
        _alphabet = new PatternAlphabet(program.Sets, source, budget);
        _automaton = PatternAutomaton.Build(program, _alphabet, source, budget);
        _transitions = _automaton.Transitions;
        if (_automaton.Starts.Length > 1)
            return;
        _begins = new bool[128];
        for (var i = 0; i < 128; i++)
            _begins[i] = _transitions[_automaton.Starts[0] + _alphabet.Ascii[i]] != 0;
    }

    /// <summary>The expression as it was written.</summary>
    public string Source { get; }

    /// <summary>Whose expression it is.</summary>
    public PatternDialect Dialect { get; }

    /// <summary>Reads a pattern.</summary>
    /// <param name="pattern">The pattern.</param>
    /// <param name="dialect">Whose it is.</param>
    /// <param name="budget">What patterns of one file have in common; null: it has one of its own.</param>
    /// <exception cref="InkstoneFormatException">
    /// It is malformed, holds what is not supported (named, with its place), or would need too large an automaton.
    /// </exception>
    public static TextPattern Parse(string pattern, PatternDialect dialect, PatternBudget? budget = null) => new(pattern, dialect, budget ?? PatternBudget.For(pattern.Length));

    /// <summary>The matches in a text.</summary>
    public PatternMatches Matches(ReadOnlySpan<byte> utf8) => new(this, utf8);

    /// <summary>
    /// The first match that begins at a position or later. To walk through all of them take <see cref="Matches"/>: one search alone reads
    /// no byte more often than there are characters before the match, but only a walk remembers what searches before have read in vain.
    /// </summary>
    public bool TryFind(ReadOnlySpan<byte> utf8, int start, out int matchStart, out int matchEnd)
    {
        PatternMemory? memory = null;
        long bytesRead = 0;
        return TryFind(utf8, start, ref memory, ref bytesRead, out matchStart, out matchEnd);
    }

    /// <inheritdoc/>
    public override string ToString() => Source;

    internal bool TryFind(ReadOnlySpan<byte> utf8, int start, ref PatternMemory? memory, ref long bytesRead, out int matchStart, out int matchEnd)
    {
        var context = start == 0 || _begins is not null ? 0 : ContextBefore(utf8, start);
        for (var position = start; ;)
        {
            if (_begins is { } begins)
            {
                var from = position;
                while (position < utf8.Length && utf8[position] < 128 && !begins[utf8[position]])
                    position++;
                bytesRead += position - from;
            }
            matchEnd = Run(utf8, position, _automaton.Starts[context], ref memory, ref bytesRead);
            matchStart = position;
            if (matchEnd >= 0)
                return true;
            if (position >= utf8.Length)
                return false;
            context = _automaton.ContextOf[_alphabet.Of(CharacterClasses.Decode(utf8[position..], out var length))];
            position += length;
        }
    }

    /// <summary>The end of the match that begins at a position, or −1.</summary>
    private int Run(ReadOnlySpan<byte> utf8, int start, int state, ref PatternMemory? memory, ref long bytesRead)
    {
        ReadOnlySpan<int> transitions = _transitions;
        var ascii = _alphabet.Ascii;
        int matched = -1, position = start;
        while (position < utf8.Length)
        {
            var limit = Math.Min(utf8.Length, (position | (PatternMemory.Interval - 1)) + 1);
            while (position < limit)
            {
                int value = utf8[position], length = 1;
                var symbol = value < 128 ? ascii[value] : _alphabet.Of(CharacterClasses.Decode(utf8[position..], out length));
                var transition = transitions[state + symbol];
                matched += (position - matched) & -(transition & 1); // without a branch: whether there is a match changes often
                state = transition >> 2;
                if (state == 0)
                    goto Done;
                position += length;
                if ((transition & 2) == 0)
                    continue;
                var end = AsciiRun.SkipLetters(utf8[..limit], position);
                if (end > position && (transitions[state + ascii['a']] & 1) != 0)
                    matched = end - 1;
                position = end;
            }
            if (position < utf8.Length && !(memory ??= new()).Visit(state, position, matched))
                goto Done;
        }
        if ((transitions[state + _alphabet.Count] & 1) != 0)
            matched = position;
    Done:
        memory?.Close(matched);
        bytesRead += position - start + 1;
        return matched;
    }

    private int ContextBefore(ReadOnlySpan<byte> utf8, int position)
    {
        Rune.DecodeLastFromUtf8(utf8[..position], out var rune, out _);
        return _automaton.ContextOf[_alphabet.Of(rune.Value)];
    }
}
