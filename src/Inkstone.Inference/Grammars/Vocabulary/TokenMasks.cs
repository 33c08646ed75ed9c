namespace Inkstone.Inference;

/// <summary>
/// Which tokens of a vocabulary a state of a grammar allows. A state's mask is put together from the masks of the tops of its stacks, which are
/// worked out once by a walk over the whole tree, and short walks from where the tops end. All masks are kept. Not for several threads at once.
/// </summary>
internal sealed class TokenMasks(GrammarAutomaton automaton, TokenVocabulary vocabulary, GrammarLimits limits)
{
    // The longest count still needed that is compared with one of which nothing is needed.
    private const int FewNeeded = 4;

    private readonly TokenTrie _trie = vocabulary.Trie;
    private readonly MatcherState[] _path = new MatcherState[vocabulary.Trie.Deepest + 1];
    private readonly MatcherState[] _otherPath = new MatcherState[vocabulary.Trie.Deepest + 1];

    public PushdownMachine Machine { get; } = new(automaton, limits);

    public TokenVocabulary Vocabulary { get; } = vocabulary;

    public GrammarLimits Limits { get; } = limits;

    /// <summary>The bits of the tokens that may come after a state.</summary>
    public ulong[] Of(MatcherState state) => state.Mask ??= Make(state);

    private ulong[] Make(MatcherState state)
    {
        if (state.Threads is [var only] && Split(only.State, only.Stack, out var rest) is var single && ReferenceEquals(rest, StackNode.End))
            return Local(single).Bits;
        var (bits, reach) = (NewBits(), 0);
        foreach (var (top, stack) in state.Threads)
        {
            var local = Local(Split(top, stack, out rest));
            Join(bits, local.Bits);
            reach = Math.Max(reach, rest.Depth + local.Reach);
            if (ReferenceEquals(rest, StackNode.End))
                continue;
            var after = Machine.Popped(rest);
            foreach (var node in after.Threads.Length == 0 ? [] : local.Exits)
                reach = Math.Max(reach, Walk(after, node, bits, null));
        }
        if (reach > Machine.DepthLimit)
        {
            // Where the limit bites, threads together may be allowed less than each by itself.
            Array.Clear(bits);
            Walk(state, 0, bits, null);
        }
        return bits;
    }

    /// <summary>
    /// The top of a stack as a state over nothing. The turns of a repeat are short, so that it would end and go on at most places: what it returns to
    /// counts as part of the top.
    /// </summary>
    private MatcherState Split(LocalState top, StackNode stack, out StackNode rest)
    {
        rest = stack;
        var places = new List<LocalState>();
        for (var last = top; last.IsRepeat && !rest.IsEnd && rest.Frames.Length == 1; last = places[^1])
        {
            places.Add(rest.Frames[0].Return);
            rest = rest.Frames[0].Below;
        }
        if (ReferenceEquals(rest, StackNode.End))
            return Machine.Single(top, stack);
        var under = StackNode.End;
        for (var i = places.Count - 1; i >= 0; i--)
            under = Machine.Push(places[i], under);
        return Machine.Single(top, under);
    }

    private LocalMask Local(MatcherState unit)
    {
        if (unit.Local is { } known)
            return known;
        var (top, stack) = unit.Threads[0];
        if (top.IsRepeat)
        {
            var least = top.Least <= FewNeeded ? 0 : LocalState.Many;
            var reference = Machine.Single(Machine.Turns(top.Repeat, least, LocalState.Many), stack);
            if (!ReferenceEquals(reference, unit))
                return unit.Local = Compare(unit, reference, Local(reference));
        }
        var (bits, exits) = (NewBits(), new List<int>());
        var reach = Walk(unit, 0, bits, exits);
        Machine.Held += 4 * exits.Count;
        return unit.Local = new(bits, [.. exits], reach);
    }

    /// <summary>Walks over what lies below a node; returns the greatest depth asked for.</summary>
    private int Walk(MatcherState from, int node, ulong[] bits, List<int>? exits)
    {
        var (machine, trie, path) = (Machine, _trie, _path);
        var (values, depths, ends) = (trie.Values, trie.Depths, trie.Ends);
        var (end, reach) = (ends[node], 0);
        path[depths[node]] = from;
        for (var i = node + 1; i < end;)
        {
            machine.Work.Add(1);
            var before = path[depths[i] - 1];
            var state = machine.Step(before, values[i]);
            reach = Math.Max(reach, before.Reach);
            if (state.IsDead)
            {
                i = ends[i];
                continue;
            }
            for (var token = trie.FirstTokens[i]; token < trie.TokenEnds[i]; token++)
                bits[trie.Tokens[token] >> 6] |= 1UL << trie.Tokens[token];
            if (state.MayEnd && ends[i] > i + 1)
                exits?.Add(i);
            path[depths[i]] = state;
            i = state.Threads.Length == 0 ? ends[i] : i + 1;
        }
        return reach;
    }

    /// <summary>
    /// The mask of a state by that of another that differs only in its counts: below a node whose longest way down is shorter than any count
    /// that differs, both allow the same.
    /// </summary>
    private LocalMask Compare(MatcherState unit, MatcherState reference, LocalMask known)
    {
        if (Agreement(unit, reference) >= _trie.Heights[0])
            return known;
        var trie = _trie;
        ulong[] bits = [.. known.Bits];
        Machine.Held += 8 * bits.Length;
        var exits = new List<int>();
        var (copied, reach) = (0, known.Reach);
        (_path[0], _otherPath[0]) = (unit, reference);
        for (var i = 1; i < trie.Count;)
        {
            Machine.Work.Add(1);
            var (before, value) = (_path[trie.Depths[i] - 1], trie.Values[i]);
            var (state, other) = (Machine.Step(before, value), Machine.Step(_otherPath[trie.Depths[i] - 1], value));
            reach = Math.Max(reach, before.Reach);
            if (state.IsDead)
            {
                if (!other.IsDead)
                    Clear(bits, trie.FirstTokens[i], trie.FirstTokens[trie.Ends[i]]);
                i = trie.Ends[i];
                continue;
            }
            for (var token = trie.FirstTokens[i]; token < trie.TokenEnds[i]; token++)
                bits[trie.Tokens[token] >> 6] |= 1UL << trie.Tokens[token];
            if (state.MayEnd && trie.Ends[i] > i + 1)
                exits.Add(i);
            if (Agreement(state, other) >= trie.Heights[i])
            {
                while (copied < known.Exits.Length && known.Exits[copied] <= i)
                    copied++;
                for (; copied < known.Exits.Length && known.Exits[copied] < trie.Ends[i]; copied++)
                    exits.Add(known.Exits[copied]);
                i = trie.Ends[i];
                continue;
            }
            (_path[trie.Depths[i]], _otherPath[trie.Depths[i]]) = (state, other);
            i++;
        }
        Machine.Held += 4 * exits.Count;
        return new(bits, [.. exits], reach);
    }

    /// <summary>For how many further bytes two states surely allow the same; −1 if that is not plain to see.</summary>
    private static int Agreement(MatcherState left, MatcherState right)
    {
        if (ReferenceEquals(left, right))
            return int.MaxValue;
        if (left.MayEnd != right.MayEnd || left.Threads.Length != right.Threads.Length)
            return -1;
        var least = int.MaxValue;
        for (var i = 0; i < left.Threads.Length && least >= 0; i++)
            least = Math.Min(least, Math.Min(Agreement(left.Threads[i].State, right.Threads[i].State), Agreement(left.Threads[i].Stack, right.Threads[i].Stack)));
        return least;
    }

    private static int Agreement(StackNode left, StackNode right)
    {
        if (ReferenceEquals(left, right))
            return int.MaxValue;
        if (left.IsEnd != right.IsEnd || left.Frames.Length != right.Frames.Length)
            return -1;
        var least = int.MaxValue;
        for (var i = 0; i < left.Frames.Length && least >= 0; i++)
            least = Math.Min(least, Math.Min(Agreement(left.Frames[i].Return, right.Frames[i].Return), Agreement(left.Frames[i].Below, right.Frames[i].Below)));
        return least;
    }

    private static int Agreement(LocalState left, LocalState right)
    {
        if (ReferenceEquals(left, right))
            return int.MaxValue;
        if (!left.IsRepeat || left.Repeat != right.Repeat)
            return -1;
        return Math.Min(Count(left.Least, right.Least), Count(left.Most, right.Most));

        static int Count(int one, int other) => one == other ? int.MaxValue : Math.Min(one, other) - 1;
    }

    private void Clear(ulong[] bits, int first, int end)
    {
        for (var token = first; token < end; token++)
            bits[_trie.Tokens[token] >> 6] &= ~(1UL << _trie.Tokens[token]);
    }

    private ulong[] NewBits()
    {
        Machine.Held += 8 * Vocabulary.WordCount;
        return new ulong[Vocabulary.WordCount];
    }

    private static void Join(ulong[] bits, ulong[] more)
    {
        for (var i = 0; i < bits.Length; i++)
            bits[i] |= more[i];
    }
}
