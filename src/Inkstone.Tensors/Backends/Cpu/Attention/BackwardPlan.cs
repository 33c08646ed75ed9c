namespace Inkstone.Tensors;

/// <summary>Where the gradients go; what is missing is not computed.</summary>
internal readonly struct AttentionGradients
{
    /// <summary>[query rows, heads, key width], overwritten.</summary>
    public RowView Queries { get; init; }

    /// <summary>[key rows, key-value heads, key width], overwritten.</summary>
    public RowView Keys { get; init; }

    /// <summary>[key rows, key-value heads, value width], overwritten.</summary>
    public RowView Values { get; init; }

    /// <summary>[0, heads], added to.</summary>
    public RowView Sinks { get; init; }

    /// <summary>Of the bias tensor's shape, added to.</summary>
    public RowView Bias { get; init; }
}

/// <summary>
/// How the work of a gradient is cut, and the memory that tasks hand their results over in. A task is a (sequence, key-value head) and a run
/// of its key blocks. All by shape, nothing by the number of threads.
/// </summary>
internal readonly unsafe struct BackwardPlan
{
    /// <summary>Enough tasks to keep a machine busy; more would only cost memory.</summary>
    private const int WantedTasks = 16;

    /// <summary>At most this many runs, so that partial gradients stay a small multiple of the queries.</summary>
    private const int MostRuns = 8;

    /// <summary>A run has at least this many keys.</summary>
    private const int LeastKeys = 4 * TokenLayout.KeyBlock;

    private readonly float* _partials;
    private readonly float* _biasPartials;
    private readonly nint _partialLength;
    private readonly int _heads;
    private readonly int _keyWidth;

    /// <summary>Cuts the work; with memory null, only to learn <see cref="Length"/>.</summary>
    public BackwardPlan(in AttentionProblem problem, in AttentionGradients gradients, int paddedKeyWidth, float* memory)
    {
        var tasks = Math.Max(1, checked(problem.KeyLayout.SequenceCount * problem.KeyValueHeads));
        Runs = Math.Min(Math.Clamp((WantedTasks + tasks - 1) / tasks, 1, MostRuns), MostRunsOf(problem.KeyLayout.LongestLength));
        TaskCount = checked(problem.KeyLayout.SequenceCount * problem.KeyValueHeads * Runs);
        BiasLength = gradients.Bias.IsMissing ? 0 : problem.BiasKind switch
        {
            ScoreBias.Slopes => problem.Group,
            ScoreBias.Buckets => checked(problem.BiasCount * problem.Group),
            _ => checked(problem.BiasCount * paddedKeyWidth),
        };
        (_heads, _keyWidth) = (problem.Heads, problem.KeyWidth);
        _partialLength = Runs > 1 ? checked((nint)problem.QueryLayout.RowCount * _heads * _keyWidth) : 0;

        var carver = new ScratchCarver(memory);
        Buckets = (int*)carver.Take(problem.BucketTableLength);
        _partials = carver.Take(checked(_partialLength * Runs));
        _biasPartials = carver.Take(checked((nint)BiasLength * TaskCount));
        Length = carver.Length;
    }

    /// <summary>Runs that the keys of the longest sequence are cut into; shorter ones may have fewer.</summary>
    public int Runs { get; }

    /// <summary>(sequence, key-value head, run), runs innermost; some of a short sequence's are empty.</summary>
    public int TaskCount { get; }

    /// <summary>Elements of one task's gradient of the bias.</summary>
    public int BiasLength { get; }

    /// <summary>Elements of memory in all.</summary>
    public nint Length { get; }

    /// <summary>Memory of the problem's table of buckets.</summary>
    public int* Buckets { get; }

    /// <summary>The gradient of the queries that one run of keys gives.</summary>
    public RowView Partial(int run) => new(_partials + run * _partialLength, (nint)_heads * _keyWidth, _keyWidth);

    /// <summary>One task's gradient of the bias.</summary>
    public float* BiasPartial(int task) => _biasPartials + (nint)task * BiasLength;

    /// <summary>How many runs the keys of a sequence are cut into.</summary>
    public int RunsOf(int keys) => Math.Min(Runs, MostRunsOf(keys));

    /// <summary>The keys of a run, whole blocks: [first, end).</summary>
    public (int First, int End) KeysOf(int run, int keys)
    {
        var runs = RunsOf(keys);
        if (run >= runs)
            return (0, 0);
        var blocks = (keys + TokenLayout.KeyBlock - 1) / TokenLayout.KeyBlock;
        var first = (int)((long)blocks * run / runs) * TokenLayout.KeyBlock;
        var end = (int)((long)blocks * (run + 1) / runs) * TokenLayout.KeyBlock;
        return (first, Math.Min(end, keys));
    }

    private static int MostRunsOf(int keys) => Math.Max(1, keys / LeastKeys);
}
