namespace Inkstone.Inference;

/// <content>The tables in which equal things are one object.</content>
internal sealed partial class PushdownMachine
{
    private readonly Dictionary<int[], LocalState> _sets = new(IntArrayComparer.Instance);
    private readonly Dictionary<(int Rule, int Least, int Most), LocalState> _repeats = [];
    private readonly Dictionary<int, int> _repeatOrder = [];
    private readonly Dictionary<int[], StackNode> _stacks = new(IntArrayComparer.Instance);
    private readonly Dictionary<(int, int), StackNode> _unions = [];
    private readonly Dictionary<int[], MatcherState> _states = new(IntArrayComparer.Instance);
    private readonly Dictionary<int, LocalState> _starts = [];
    private readonly Stack<int> _pending = [];
    private readonly List<int> _found = [];
    private readonly int[] _mark;
    private int _lastMark, _lastState, _lastStack;

    /// <summary>Where a rule begins.</summary>
    private LocalState Start(int rule)
    {
        if (_starts.TryGetValue(rule, out var known))
            return known;
        var source = _automaton.Rules[rule];
        return _starts[rule] = source.IsRepeat ? Turns(rule, source.Least, source.Most) : Set([source.Start]);
    }

    /// <summary>A repeat with so many turns left.</summary>
    public LocalState Turns(int rule, int least, int most)
    {
        if (_repeats.TryGetValue((rule, least, most), out var known))
            return known;
        Hold(200);
        var inside = _automaton.RuleNeeds[_automaton.Rules[rule].Body];
        var id = ++_lastState;
        _repeatOrder.TryAdd(rule, id);
        return _repeats[(rule, least, most)] = new LocalState
        {
            States = [],
            Repeat = rule,
            Least = least,
            Most = most,
            Id = id,
            Order = _repeatOrder[rule],
            Accepts = least == 0,
            HasMore = most > 0 && inside != GrammarAutomaton.Hopeless,
            HasBytes = false,
            Need = least == 0 ? 0 : inside == GrammarAutomaton.Hopeless ? inside : inside + 1,
        };
    }

    /// <summary>The set of all that can be reached from states without taking a byte.</summary>
    private LocalState Set(ReadOnlySpan<int> seeds)
    {
        var mark = ++_lastMark;
        _found.Clear();
        _pending.Clear();
        foreach (var seed in seeds)
            Visit(seed);
        while (_pending.TryPop(out var state))
        {
            Work.Add(1);
            if (_automaton.Bytes[state].Length > 0 || _automaton.Calls[state].Length > 0 || IsEnd(state))
                _found.Add(state);
            foreach (var target in _automaton.Empties[state])
                Visit(target);
        }
        _found.Sort();
        int[] key = [.. _found];
        if (_sets.TryGetValue(key, out var known))
            return known;
        Hold(200 + 4 * key.Length);
        var id = ++_lastState;
        return _sets[key] = new LocalState
        {
            States = key,
            Id = id,
            Order = id,
            Accepts = Array.Exists(key, IsEnd),
            HasMore = Array.Exists(key, state => Array.Exists(_automaton.Bytes[state], edge => IsHopeful(edge.Target)) || Array.Exists(_automaton.Calls[state], IsHopeful)),
            HasBytes = Array.Exists(key, state => Array.Exists(_automaton.Bytes[state], edge => IsHopeful(edge.Target))),
            Need = key.Length == 0 ? GrammarAutomaton.Hopeless : key.Min(state => _automaton.Needs[state]),
        };

        void Visit(int state)
        {
            if (_mark[state] == mark || !IsHopeful(state))
                return;
            _mark[state] = mark;
            _pending.Push(state);
        }
    }

    private LocalState? Next(LocalState local, int kind)
    {
        if (local.Next?[kind] is { } known)
            return known.States.Length == 0 ? null : known;
        var value = _automaton.Representatives[kind];
        var targets = new List<int>();
        foreach (var state in local.States)
        {
            var edges = _automaton.Bytes[state];
            Work.Add(edges.Length);
            foreach (var edge in edges)
            {
                if (value >= edge.First && value <= edge.Last)
                    targets.Add(edge.Target);
            }
        }
        if (local.Next is null)
        {
            local.Next = new LocalState?[_automaton.Representatives.Length];
            Hold(32 + 8 * local.Next.Length);
        }
        var next = local.Next[kind] = Set([.. targets]);
        return next.States.Length == 0 ? null : next;
    }

    private (int Rule, LocalState Return)[] Calls(LocalState local)
    {
        if (local.Calls is { } known)
            return known;
        if (local.IsRepeat)
        {
            var after = Turns(local.Repeat, Fewer(local.Least), Fewer(local.Most));
            return local.Calls = !local.HasMore ? [] : [(_automaton.Rules[local.Repeat].Body, after)];
        }
        var returns = new SortedDictionary<int, List<int>>();
        foreach (var state in local.States)
        {
            foreach (var call in _automaton.Calls[state])
            {
                Work.Add(1);
                if (!IsHopeful(call))
                    continue;
                if (!returns.TryGetValue(call.Rule, out var targets))
                    returns.Add(call.Rule, targets = []);
                targets.Add(call.Target);
            }
        }
        Hold(24 + 16 * returns.Count);
        return local.Calls = [.. returns.Select(pair => (pair.Key, Set([.. pair.Value])))];
    }

    /// <summary>A stack with one more place on it.</summary>
    public StackNode Push(LocalState local, StackNode below) => Node([(local, below)], isEnd: false);

    private StackNode Node((LocalState Return, StackNode Below)[] frames, bool isEnd)
    {
        var key = new int[2 * frames.Length + (isEnd ? 1 : 0)];
        var depth = 0;
        for (var i = 0; i < frames.Length; i++)
        {
            (key[2 * i], key[2 * i + 1]) = (frames[i].Return.Id, frames[i].Below.Id);
            depth = Math.Max(depth, frames[i].Below.Depth + 1);
        }
        if (_stacks.TryGetValue(key, out var known))
            return known;
        Hold(150 + 24 * frames.Length);
        return _stacks[key] = new(++_lastStack, frames, isEnd, depth);
    }

    /// <summary>The node that stands for the stacks of both.</summary>
    private StackNode Union(StackNode left, StackNode right)
    {
        if (ReferenceEquals(left, right))
            return left;
        var pair = left.Id < right.Id ? (left.Id, right.Id) : (right.Id, left.Id);
        if (_unions.TryGetValue(pair, out var known))
            return known;
        Work.Add(left.Frames.Length + right.Frames.Length);
        var frames = new List<(LocalState Return, StackNode Below)>(left.Frames.Length + right.Frames.Length);
        int i = 0, j = 0;
        while (i < left.Frames.Length || j < right.Frames.Length)
        {
            var order = i == left.Frames.Length ? 1 : j == right.Frames.Length ? -1
                : Ordered(left.Frames[i].Return).CompareTo(Ordered(right.Frames[j].Return));
            frames.Add(order < 0 ? left.Frames[i] : order > 0 ? right.Frames[j] : (left.Frames[i].Return, Union(left.Frames[i].Below, right.Frames[j].Below)));
            i += order <= 0 ? 1 : 0;
            j += order >= 0 ? 1 : 0;
        }
        Hold(64);
        return _unions[pair] = Node([.. frames], left.IsEnd || right.IsEnd);
    }

    private MatcherState Intern((LocalState State, StackNode Stack)[] threads, bool mayEnd)
    {
        var key = new int[1 + 2 * threads.Length];
        key[0] = mayEnd ? 1 : 0;
        for (var i = 0; i < threads.Length; i++)
            (key[1 + 2 * i], key[2 + 2 * i]) = (threads[i].State.Id, threads[i].Stack.Id);
        if (_states.TryGetValue(key, out var known))
            return known;
        Hold(250 + 24 * threads.Length);
        return _states[key] = new(Generation, threads, mayEnd) { Reach = threads.Length == 0 ? 0 : threads.Max(thread => thread.Stack.Depth + thread.State.Need) };
    }

    // What takes memory counts as work too, so that one call cannot take much of it.
    private void Hold(int bytes)
    {
        Held += bytes;
        Work.Add(bytes >> 2);
    }

    private void Empty()
    {
        _sets.Clear();
        _repeats.Clear();
        _repeatOrder.Clear();
        _stacks.Clear();
        _unions.Clear();
        _states.Clear();
        _starts.Clear();
        _initial = null;
        Held = 0;
        Generation++;
    }

    /// <summary>Makes a state of emptied tables again.</summary>
    private MatcherState Adopt(MatcherState state)
    {
        var stacks = new Dictionary<StackNode, StackNode> { [StackNode.End] = StackNode.End };
        var threads = Array.ConvertAll(state.Threads, thread => (State: Local(thread.State), Stack: Stack(thread.Stack)));
        Array.Sort(threads, (left, right) => Ordered(left.State).CompareTo(Ordered(right.State)));
        return Intern(threads, state.MayEnd);

        LocalState Local(LocalState old) => old.IsRepeat ? Turns(old.Repeat, old.Least, old.Most) : Set(old.States);

        StackNode Stack(StackNode old)
        {
            if (stacks.TryGetValue(old, out var made))
                return made;
            var frames = Array.ConvertAll(old.Frames, frame => (Return: Local(frame.Return), Below: Stack(frame.Below)));
            Array.Sort(frames, (left, right) => Ordered(left.Return).CompareTo(Ordered(right.Return)));
            return stacks[old] = Node(frames, old.IsEnd);
        }
    }

    private bool IsHopeful(int state) => _automaton.Needs[state] != GrammarAutomaton.Hopeless;

    private bool IsHopeful(GrammarAutomaton.CallEdge call) => _automaton.RuleNeeds[call.Rule] != GrammarAutomaton.Hopeless && IsHopeful(call.Target);

    private bool IsEnd(int state) => _automaton.IsEnd[state];

    private static (int, int) Ordered(LocalState local) => (local.Order, local.Id);

    private static int Fewer(int count) => count is 0 or LocalState.Many ? count : count - 1;
}
