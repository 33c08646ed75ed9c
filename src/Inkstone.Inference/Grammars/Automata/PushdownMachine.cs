namespace Inkstone.Inference;

/// <summary>
/// Runs a grammar over bytes: a pushdown automaton made deterministic as texts need it. All ways of reading a text are followed at once,
/// their stacks shared; what a byte does to a state is worked out once and kept. Not for several threads at once.
/// </summary>
internal sealed partial class PushdownMachine
{
    private readonly GrammarAutomaton _automaton;
    private readonly long _heldLimit;
    private readonly Dictionary<LocalState, StackNode> _gathered = [];
    private readonly Dictionary<int, StackNode> _begun = [];
    private readonly PriorityQueue<int, int> _order = new();
    private MatcherState? _initial;
    private int _reach;
    private bool _ends;

    /// <summary>A machine that has read nothing.</summary>
    public PushdownMachine(GrammarAutomaton automaton, GrammarLimits limits)
    {
        (_automaton, DepthLimit, _heldLimit) = (automaton, limits.Depth, limits.HeldBytes);
        _mark = new int[automaton.StateCount];
    }

    /// <summary>The steps taken.</summary>
    public WorkMeter Work { get; } = new();

    /// <summary>About how many bytes states and masks take.</summary>
    public long Held { get; set; }

    /// <summary>The deepest a stack may become.</summary>
    public int DepthLimit { get; }

    /// <summary>How often the tables have been emptied.</summary>
    public int Generation { get; private set; }

    /// <summary>The state before a text.</summary>
    public MatcherState Initial => _initial ??= Intern(
        [(Start(_automaton.Root), StackNode.End)], _automaton.Rules[_automaton.Root].IsNullable);

    /// <summary>The state after one more byte; dead if the byte may not come.</summary>
    public MatcherState Step(MatcherState state, byte value)
    {
        var kind = _automaton.ClassOf[value];
        return state.Next is { } next && next[kind] is { } known ? known : Compute(state, kind);
    }

    /// <summary>The state when the rule above a stack has just ended.</summary>
    public MatcherState Popped(StackNode stack)
    {
        if (stack.Popped is { } known)
            return known;
        Begin();
        Pop(stack);
        var state = Finish();
        state.Reach = Math.Max(state.Reach, _reach);
        return stack.Popped = state;
    }

    /// <summary>The state of one thread alone.</summary>
    public MatcherState Single(LocalState state, StackNode stack) => Intern([(state, stack)], mayEnd: false);

    /// <summary>A state as the tables of today hold it; they are emptied first if they have grown too large.</summary>
    public MatcherState Renew(MatcherState state)
    {
        if (Held > _heldLimit)
            Empty();
        return state.Generation == Generation || state.IsDead ? state : Adopt(state);
    }

    private MatcherState Compute(MatcherState state, int kind)
    {
        if (state.Threads.Length == 0)
            return MatcherState.Dead;
        var opened = state.Opened ??= Open(state);
        Begin();
        foreach (var (local, stack) in opened)
        {
            Work.Add(1);
            if (Next(local, kind) is { } next)
                Gather(next, stack);
        }
        state.Reach = Math.Max(state.Reach, _reach);
        var result = Finish();
        if (state.Next is null)
        {
            state.Next = new MatcherState?[_automaton.Representatives.Length];
            Hold(32 + 8 * state.Next.Length);
        }
        return state.Next[kind] = result;
    }

    /// <summary>Begins every rule that may begin here. Rules are taken in the order of their ranks, so that each is begun once, by all its callers.</summary>
    private (LocalState State, StackNode Stack)[] Open(MatcherState state)
    {
        var opened = new List<(LocalState, StackNode)>();
        _begun.Clear();
        _order.Clear();
        _reach = 0;
        foreach (var (local, stack) in state.Threads)
            OpenOne(local, stack, opened);
        while (_order.TryDequeue(out var rule, out _))
            OpenOne(Start(rule), _begun[rule], opened);
        state.Reach = Math.Max(state.Reach, _reach);
        Hold(24 + 16 * opened.Count);
        return [.. opened];
    }

    private void OpenOne(LocalState local, StackNode stack, List<(LocalState, StackNode)> opened)
    {
        Work.Add(1);
        if (local.HasBytes)
            opened.Add((local, stack));
        foreach (var (rule, after) in Calls(local))
        {
            Work.Add(1);
            // What has nothing left to do after the call needs no place on the stack.
            var below = after.HasMore ? Push(after, stack) : stack;
            var depth = Math.Max(below.Depth + _automaton.RuleNeeds[rule], stack.Depth + after.Need);
            _reach = Math.Max(_reach, depth);
            if (depth > DepthLimit)
                continue;
            if (_begun.TryGetValue(rule, out var known))
                _begun[rule] = Union(known, below);
            else
            {
                _begun.Add(rule, below);
                _order.Enqueue(rule, -_automaton.Ranks[rule]);
            }
        }
    }

    private void Begin()
    {
        _gathered.Clear();
        (_ends, _reach) = (false, 0);
    }

    private void Gather(LocalState local, StackNode stack)
    {
        Work.Add(1);
        var all = stack;
        if (_gathered.TryGetValue(local, out var known))
        {
            all = Union(known, stack);
            if (ReferenceEquals(all, known))
                return;
        }
        _reach = Math.Max(_reach, stack.Depth + local.Need);
        if (stack.Depth + local.Need > DepthLimit)
            return;
        _gathered[local] = all;
        if (local.Accepts)
            Pop(stack);
    }

    private void Pop(StackNode stack)
    {
        _ends |= stack.IsEnd;
        foreach (var (local, below) in stack.Frames)
            Gather(local, below);
    }

    private MatcherState Finish()
    {
        var threads = new (LocalState State, StackNode Stack)[_gathered.Count];
        var count = 0;
        foreach (var (local, stack) in _gathered)
        {
            if (local.HasMore)
                threads[count++] = (local, stack);
        }
        if (count == 0 && !_ends)
            return MatcherState.Dead;
        var kept = threads.AsSpan(0, count);
        kept.Sort((left, right) => (left.State.Order, left.State.Id).CompareTo((right.State.Order, right.State.Id)));
        return Intern(kept.ToArray(), _ends);
    }
}
