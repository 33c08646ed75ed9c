using Inkstone.Foundation.Randomness;

namespace Inkstone.Tensors.Tests;

/// <summary>Whatever is computed beside a row, and however its keys lie, the row has the same bits.</summary>
public sealed class AttentionInvarianceTests
{
    private const int Length = 230;
    private static readonly WorkerTeam One = new(1);
    private static readonly WorkerTeam Two = new(2);

    public static TheoryData<VectorWidth, string> Forms()
    {
        var data = new TheoryData<VectorWidth, string>();
        foreach (var width in Enum.GetValues<VectorWidth>())
            foreach (var name in AllForms.Keys)
                data.Add(width, name);
        return data;
    }

    private static Dictionary<string, AttentionForm> AllForms { get; } = new()
    {
        ["causal"] = new(),
        ["window"] = new() { Window = 70 },
        ["window and stride"] = new() { Window = 20, Stride = 7 },
        ["slopes"] = new() { Bias = ScoreBias.Slopes },
        ["buckets"] = new() { Bias = ScoreBias.Buckets },
        ["relative keys"] = new() { Bias = ScoreBias.RelativeKeys },
        ["cap"] = new() { SoftCap = 2 },
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public void ARowHasTheSameBitsAloneInChunksAndInPages(VectorWidth width, string name)
    {
        var form = AllForms[name];
        using var whole = Case(form, new(0, Length), new(0, Length));
        var expected = whole.Forward(width, One);

        // the same sequence between two strangers, who must not even be looked at
        using var strangers = Case(form, new(0, 33, 33 + Length, 33 + Length + 100), new(0, 33, 33 + Length, 33 + Length + 100));
        foreach (var values in new[] { strangers.Queries, strangers.Keys, strangers.Values })
            Array.Fill(values, float.NaN);
        whole.Queries.CopyTo(strangers.Queries, 33 * whole.Heads * whole.KeyWidth);
        whole.Keys.CopyTo(strangers.Keys, 33 * whole.KeyValueHeads * whole.KeyWidth);
        whole.Values.CopyTo(strangers.Values, 33 * whole.KeyValueHeads * whole.ValueWidth);
        var among = strangers.Forward(width, Two);
        AttentionResult.AssertSameBits(expected.Y, among.Y.AsSpan(33 * whole.Heads * whole.ValueWidth, expected.Y.Length), "y among strangers");

        // in chunks, single rows among them, each seeing the keys there are by then; contiguous and in pages
        int[] bounds = [0, 1, 2, 40, 64, 65, 129, 130, 200, Length - 1, Length];
        for (var chunk = 0; chunk + 1 < bounds.Length; chunk++)
        {
            var (first, end) = (bounds[chunk], bounds[chunk + 1]);
            var queries = new TokenLayout(0, end - first) { Positions = [.. Enumerable.Range(first, end - first)] };
            using var contiguous = Case(form, queries, new(0, end));
            using var paged = Case(form, queries, new(0, end) { Blocks = [4, 1, 0, 5, 2] });
            using var columns = Case(form, queries, new(0, end) { Blocks = [4, 1, 0, 5, 2] }, keyColumns: true);
            foreach (var part in new[] { contiguous, paged, columns })
            {
                part.Queries = whole.Queries[(first * whole.Heads * whole.KeyWidth)..(end * whole.Heads * whole.KeyWidth)];
                Array.Fill(part.Keys, float.NaN);
                Array.Fill(part.Values, float.NaN);
                CopyKeys(whole.Keys, part.Keys, part.KeyLayout, whole.KeyValueHeads * whole.KeyWidth, end);
                CopyKeys(whole.Values, part.Values, part.KeyLayout, whole.KeyValueHeads * whole.ValueWidth, end);
                var result = part.Forward(width, Two);
                AttentionResult.AssertSameBits(
                    expected.Y.AsSpan(first * whole.Heads * whole.ValueWidth, result.Y.Length), result.Y, $"y of rows {first} to {end}");
                AttentionResult.AssertSameBits(expected.LogSum.AsSpan(first * whole.Heads, result.LogSum.Length), result.LogSum, "logSum");
            }
        }
    }

    [Theory]
    [InlineData(VectorWidth.Bits128)]
    [InlineData(VectorWidth.Bits256)]
    [InlineData(VectorWidth.Bits512)]
    public void ThreadsDoNotChangeBits(VectorWidth width)
    {
        for (var number = 0; number < 40; number++)
        {
            using var problem = AttentionCases.Make(number);
            AttentionResult.AssertSameBits(problem.ForwardAndBackward(width, One), problem.ForwardAndBackward(width, Two));
        }
    }

    [Fact]
    public void ThreadsDoNotChangeBitsWhereKeysAreCutIntoRuns()
    {
        using var problem = Case(new() { Dropout = 0.1f }, new(0, 1500), new(0, 1500));
        var width = VectorWidth.Bits256;
        var result = problem.ForwardAndBackward(width, One);
        AttentionResult.AssertSameBits(result, problem.ForwardAndBackward(width, Two));
        AttentionResult.AssertClose(NaiveAttention.Run(problem), result, 2e-5, "long");
    }

    [Fact]
    public unsafe void MemoryIsLinearInTheLength()
    {
        using var once = Case(new(), new(0, 1024), new(0, 1024));
        using var twice = Case(new(), new(0, 2048), new(0, 2048));
        var (small, large) = (AttentionBackward.WorkspaceLength<V256>(once.Problem()), AttentionBackward.WorkspaceLength<V256>(twice.Problem()));
        Assert.InRange(large, small, 2 * small);
        Assert.True(large < 2048 * 160, $"{large} elements of scratch, where one head's scores would be {2048 * 2048}");
        var gradients = new AttentionGradients();
        var (shared, sharedLarge) = (new BackwardPlan(once.Problem(), gradients, 16, null).Length, new BackwardPlan(twice.Problem(), gradients, 16, null).Length);
        Assert.InRange(sharedLarge, shared, 4 * shared);
    }

    [Fact]
    public void TheSteadyStateAllocatesNothing()
    {
        using var problem = Case(new() { Bias = ScoreBias.Buckets, Dropout = 0.1f }, new(0, 100), new(0, 100));
        // The case's own arrays are counted too, so two calls are compared with one: what a call of the kernels allocates is the difference of none.
        var kernel = problem.Problem();
        var y = new float[problem.QueryLayout.RowCount * problem.Heads * problem.ValueWidth];
        var sums = new float[problem.QueryLayout.RowCount * problem.Heads];
        unsafe
        {
            fixed (float* py = y, ps = sums)
            {
                var yView = new RowView(py, problem.Heads * problem.ValueWidth, problem.ValueWidth);
                var sumView = new RowView(ps, problem.Heads, 1);
                CpuAttention.Forward(VectorWidth.Bits256, One, kernel, yView, sumView);
                var before = GC.GetAllocatedBytesForCurrentThread();
                for (var i = 0; i < 10; i++)
                    CpuAttention.Forward(VectorWidth.Bits256, One, kernel, yView, sumView);
                Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
            }
        }
    }

    private static AttentionCase Case(AttentionForm form, TokenLayout queries, TokenLayout keys, bool keyColumns = false) => new()
    {
        Form = form,
        QueryLayout = queries,
        KeyLayout = keys,
        Heads = 4,
        KeyValueHeads = 2,
        KeyWidth = 12,
        ValueWidth = 24,
        BiasCount = 17,
        HasSinks = true,
        HasKeyColumns = keyColumns,
        Random = Rng.From(3),
    };

    private static void CopyKeys(float[] from, float[] to, TokenLayout layout, int width, int count)
    {
        for (var place = 0; place < count; place++)
        {
            var row = layout.Blocks is { } blocks ? blocks[place / TokenLayout.KeyBlock] * TokenLayout.KeyBlock + place % TokenLayout.KeyBlock : place;
            from.AsSpan(place * width, width).CopyTo(to.AsSpan(row * width));
        }
    }
}
