using System.Globalization;
using Inkstone.Foundation.Errors;
using static Inkstone.Inference.GrammarAutomaton;

namespace Inkstone.Inference;

/// <summary>What must be known of automata before a text: which rules match the empty text, how deep each must go, which begin with which.</summary>
internal static class AutomatonAnalysis
{
    /// <summary>Finds the rules that match the empty text and lets every call of one be passed by, so that a call itself always takes a byte.</summary>
    public static void AddBypasses(List<Rule> rules, List<(int From, CallEdge Edge)> calls, List<(int From, int Target)> empties, int states)
    {
        var backwards = Lookup(empties.Select(edge => (edge.Target, edge.From)), states);
        var callsTo = Lookup(calls.Select((call, index) => (call.Edge.Rule, index)), rules.Count);
        var callsBefore = Lookup(calls.Select((call, index) => (call.Edge.Target, index)), states);
        var repeatsOf = Lookup(rules.Select((rule, index) => (rule.Body, index)).Where(pair => pair.Body >= 0), rules.Count);
        var ruleAt = new Dictionary<int, int>();
        for (var rule = 0; rule < rules.Count; rule++)
        {
            if (!rules[rule].IsRepeat)
                ruleAt[rules[rule].Start] = rule;
        }
        var reaches = new bool[states];
        var pending = new Stack<int>();
        for (var rule = 0; rule < rules.Count; rule++)
        {
            if (!rules[rule].IsRepeat)
                Reach(rules[rule].End);
            else if (rules[rule].Least == 0)
                Empty(rule);
        }
        while (pending.TryPop(out var state))
        {
            foreach (var from in backwards(state))
                Reach(from);
            foreach (var call in callsBefore(state))
            {
                if (rules[calls[call].Edge.Rule].IsNullable)
                    Reach(calls[call].From);
            }
            if (ruleAt.TryGetValue(state, out var rule))
                Empty(rule);
        }
        foreach (var (from, edge) in calls)
        {
            if (rules[edge.Rule].IsNullable)
                empties.Add((from, edge.Target));
        }

        void Reach(int state)
        {
            if (reaches[state])
                return;
            reaches[state] = true;
            pending.Push(state);
        }

        void Empty(int rule)
        {
            var work = new Stack<int>([rule]);
            while (work.TryPop(out var next))
            {
                if (rules[next].IsNullable)
                    continue;
                rules[next].IsNullable = true;
                foreach (var call in callsTo(next))
                {
                    if (reaches[calls[call].Edge.Target])
                        Reach(calls[call].From);
                }
                foreach (var repeat in repeatsOf(next))
                {
                    rules[repeat].Least = 0;
                    work.Push(repeat);
                }
            }
        }
    }

    /// <summary>Works out needs, ranks and classes of bytes, and refuses what cannot be matched from left to right.</summary>
    public static void Complete(GrammarAutomaton automaton, GrammarLimits limits)
    {
        FindNeeds(automaton);
        var need = automaton.RuleNeeds[automaton.Root];
        if (need == Hopeless)
            throw new InkstoneRequestException("the grammar matches no text at all", automaton.Rules[automaton.Root].Name,
                fix: "Some rule, reference or value that is always needed can never be completed.");
        if (need > limits.Depth)
            throw new InkstoneRequestException("every text of the grammar nests too deep", automaton.Rules[automaton.Root].Name,
                string.Create(CultureInfo.InvariantCulture, $"at most {limits.Depth} rules within rules"), string.Create(CultureInfo.InvariantCulture, $"{need}"));
        FindRanks(automaton);
        FindClasses(automaton);
    }

    /// <summary>
    /// The least depth over all ways to the end, a way being as deep as its deepest call: shortest paths in the order of their length
    /// (Knuth, A generalization of Dijkstra's algorithm, 1977).
    /// </summary>
    private static void FindNeeds(GrammarAutomaton automaton)
    {
        var (states, rules) = (automaton.StateCount, automaton.Rules);
        var needs = Enumerable.Repeat(Hopeless, states).ToArray();
        var ruleNeeds = Enumerable.Repeat(Hopeless, rules.Length).ToArray();
        var all = Enumerable.Range(0, states);
        var backwards = Lookup(all.SelectMany(from => automaton.Bytes[from].Select(edge => (edge.Target, from)))
            .Concat(all.SelectMany(from => automaton.Empties[from].Select(target => (target, from)))), states);
        (int From, CallEdge Edge)[] calls = [.. all.SelectMany(from => automaton.Calls[from].Select(edge => (from, edge)))];
        var callsTo = Lookup(calls.Select((call, index) => (call.Edge.Rule, index)), rules.Length);
        var callsBefore = Lookup(calls.Select((call, index) => (call.Edge.Target, index)), states);
        var repeatsOf = Lookup(rules.Select((rule, index) => (rule.Body, index)).Where(pair => pair.Body >= 0), rules.Length);
        var ruleAt = new Dictionary<int, int>();
        var queue = new PriorityQueue<int, int>(); // states, and rules as negative numbers
        for (var rule = 0; rule < rules.Length; rule++)
        {
            if (rules[rule].IsRepeat && rules[rule].Least == 0)
                queue.Enqueue(-1 - rule, 0);
            else if (!rules[rule].IsRepeat)
            {
                ruleAt[rules[rule].Start] = rule;
                queue.Enqueue(rules[rule].End, 0);
            }
        }
        while (queue.TryDequeue(out var next, out var need))
        {
            if (next < 0)
            {
                var rule = -1 - next;
                if (ruleNeeds[rule] != Hopeless)
                    continue;
                ruleNeeds[rule] = need;
                foreach (var call in callsTo(rule))
                    Offer(calls[call]);
                foreach (var repeat in repeatsOf(rule))
                    queue.Enqueue(-1 - repeat, need + 1);
                continue;
            }
            if (needs[next] != Hopeless)
                continue;
            needs[next] = need;
            foreach (var from in backwards(next))
                queue.Enqueue(from, need);
            foreach (var call in callsBefore(next))
                Offer(calls[call]);
            if (ruleAt.TryGetValue(next, out var begun))
                queue.Enqueue(-1 - begun, need);
        }
        (automaton.Needs, automaton.RuleNeeds) = (needs, ruleNeeds);

        void Offer((int From, CallEdge Edge) call)
        {
            var (inside, after) = (ruleNeeds[call.Edge.Rule], needs[call.Edge.Target]);
            if (inside != Hopeless && after != Hopeless)
                queue.Enqueue(call.From, Math.Max(inside + 1, after));
        }
    }

    /// <summary>Orders rules by what they may begin with; a rule that may begin with itself is refused.</summary>
    private static void FindRanks(GrammarAutomaton automaton)
    {
        var rules = automaton.Rules;
        var begins = new int[rules.Length][];
        var seen = new int[automaton.StateCount];
        for (var rule = 0; rule < rules.Length; rule++)
            begins[rule] = rules[rule].IsRepeat ? [rules[rule].Body] : Beginnings(automaton, rules[rule].Start, seen, rule + 1);
        var (ranks, state) = (new int[rules.Length], new byte[rules.Length]);
        var (path, rank) = (new Stack<(int Rule, int Next)>(), 0);
        for (var first = 0; first < rules.Length; first++)
        {
            if (state[first] == 0)
                Enter(first);
            while (path.TryPop(out var top))
            {
                if (top.Next == begins[top.Rule].Length)
                {
                    (ranks[top.Rule], state[top.Rule]) = (rank++, 2);
                    continue;
                }
                path.Push((top.Rule, top.Next + 1));
                var next = begins[top.Rule][top.Next];
                if (state[next] == 1)
                    throw new InkstoneRequestException("a rule begins with itself (left recursion)", rules[next].Name,
                        fix: "Write the repetition with * or +, or put the recursion at the end.");
                if (state[next] == 0)
                    Enter(next);
            }
        }
        automaton.Ranks = ranks;

        void Enter(int rule)
        {
            state[rule] = 1;
            path.Push((rule, 0));
        }
    }

    private static int[] Beginnings(GrammarAutomaton automaton, int start, int[] seen, int mark)
    {
        var (found, pending) = (new HashSet<int>(), new Stack<int>([start]));
        while (pending.TryPop(out var state))
        {
            if (seen[state] == mark)
                continue;
            seen[state] = mark;
            foreach (var call in automaton.Calls[state])
                found.Add(call.Rule);
            foreach (var target in automaton.Empties[state])
                pending.Push(target);
        }
        return [.. found];
    }

    private static void FindClasses(GrammarAutomaton automaton)
    {
        var begins = new bool[257];
        foreach (var edge in automaton.Bytes.SelectMany(edges => edges))
            begins[edge.First] = begins[edge.Last + 1] = true;
        var representatives = new List<byte> { 0 };
        for (var value = 1; value < 256; value++)
        {
            if (begins[value])
                representatives.Add((byte)value);
            automaton.ClassOf[value] = (byte)(representatives.Count - 1);
        }
        automaton.Representatives = [.. representatives];
    }

    /// <summary>Numbers grouped by other numbers.</summary>
    private static Func<int, ReadOnlySpan<int>> Lookup(IEnumerable<(int Key, int Value)> pairs, int keys)
    {
        (int Key, int Value)[] all = [.. pairs];
        var starts = new int[keys + 1];
        foreach (var (key, _) in all)
            starts[key + 1]++;
        for (var key = 0; key < keys; key++)
            starts[key + 1] += starts[key];
        var values = new int[all.Length];
        var next = starts.AsSpan(0, keys).ToArray();
        foreach (var (key, value) in all)
            values[next[key]++] = value;
        return key => values.AsSpan(starts[key]..starts[key + 1]);
    }
}
