using System.Runtime.InteropServices;
using Inkstone.Foundation.Randomness;

namespace Inkstone.Tensors.Tests;

/// <summary>An attention problem on memory of its own, with gaps between rows as in a slice of a fused projection.</summary>
internal sealed unsafe class AttentionCase : IDisposable
{
    private readonly List<nint> _blocks = [];

    public required AttentionForm Form { get; init; }

    public required TokenLayout QueryLayout { get; init; }

    public required TokenLayout KeyLayout { get; init; }

    public int Heads { get; init; } = 2;

    public int KeyValueHeads { get; init; } = 2;

    public int KeyWidth { get; init; } = 8;

    public int ValueWidth { get; init; } = 8;

    /// <summary>Elements between the rows of a tensor that belong to nobody.</summary>
    public int Gap { get; init; }

    /// <summary>Whether blocks of a paged layout hold keys as columns; there are no gaps then.</summary>
    public bool HasKeyColumns { get; init; }

    public int BiasCount { get; init; }

    public bool HasSinks { get; init; }

    public Rng Random { get; init; } = Rng.From(1);

    /// <summary>Rows of key memory: more than keys when they are paged.</summary>
    public int KeyMemoryRows => KeyLayout.Blocks is { Length: > 0 } blocks ? (blocks.Max() + 1) * TokenLayout.KeyBlock : KeyLayout.RowCount;

    public float[] Queries { get => field ??= Normal("q", QueryLayout.RowCount * Heads * KeyWidth); set; }

    public float[] Keys { get => field ??= Normal("k", KeyMemoryRows * KeyValueHeads * KeyWidth); set; }

    public float[] Values { get => field ??= Normal("v", KeyMemoryRows * KeyValueHeads * ValueWidth); set; }

    public float[] OutputGradient => field ??= Normal("dy", QueryLayout.RowCount * Heads * ValueWidth);

    public float[]? Sinks => HasSinks ? field ??= Normal("sinks", Heads) : null;

    public float[]? Bias => Form.Bias == ScoreBias.None ? null : field ??= Normal("bias", BiasLength);

    public int BiasLength => Form.Bias switch
    {
        ScoreBias.Slopes => Heads,
        ScoreBias.Buckets => BiasCount * Heads,
        ScoreBias.RelativeKeys => BiasCount * KeyWidth,
        _ => 0,
    };

    public Rng? Dropout => Form.Dropout > 0 ? Random.Split("dropout") : null;

    public AttentionProblem Problem() => new()
    {
        Queries = View(Queries, Heads, KeyWidth),
        Keys = KeyView(Keys, KeyWidth, HasKeyColumns, out var keyStride),
        Values = KeyView(Values, ValueWidth, false, out var valueStride),
        KeyStride = keyStride,
        ValueStride = valueStride,
        HasKeyColumns = HasKeyColumns,
        Sinks = Sinks is null ? default : View(Sinks, Heads, 1),
        Bias = BiasView(Bias),
        BiasCount = Form.Bias == ScoreBias.Slopes ? Heads : BiasCount,
        Form = Form,
        QueryLayout = QueryLayout,
        KeyLayout = KeyLayout,
        Rng = Dropout,
        Heads = Heads,
        KeyValueHeads = KeyValueHeads,
        KeyWidth = KeyWidth,
        ValueWidth = ValueWidth,
    };

    public AttentionResult Forward(VectorWidth width, WorkerTeam team)
    {
        var (y, yOut) = Result(QueryLayout.RowCount, Heads, ValueWidth);
        var (logSum, logSumOut) = Result(QueryLayout.RowCount, Heads, 1);
        CpuAttention.Forward(width, team, Problem(), y, logSum);
        return new() { Y = yOut(), LogSum = logSumOut() };
    }

    public AttentionResult ForwardAndBackward(VectorWidth width, WorkerTeam team)
    {
        var problem = Problem();
        var (y, yOut) = Result(QueryLayout.RowCount, Heads, ValueWidth);
        var (logSum, logSumOut) = Result(QueryLayout.RowCount, Heads, 1);
        CpuAttention.Forward(width, team, problem, y, logSum);
        var (dq, dqOut) = Result(QueryLayout.RowCount, Heads, KeyWidth);
        var (dk, dkOut) = Result(KeyLayout.RowCount, KeyValueHeads, KeyWidth);
        var (dv, dvOut) = Result(KeyLayout.RowCount, KeyValueHeads, ValueWidth);
        var dsinks = new float[HasSinks ? Heads : 0];
        var dbias = new float[BiasLength];
        var sinkView = HasSinks ? View(dsinks, Heads, 1) : default;
        var biasView = BiasView(Bias is null ? null : dbias);
        CpuAttention.Backward(
            width, team, problem, y, logSum, View(OutputGradient, Heads, ValueWidth),
            new() { Queries = dq, Keys = dk, Values = dv, Sinks = sinkView, Bias = biasView });
        for (var h = 0; h < dsinks.Length; h++)
            dsinks[h] = *sinkView.At(0, h);
        for (var i = 0; i < dbias.Length; i++)
            dbias[i] = biasView.At(0, 0)[i];
        return new()
        {
            Y = yOut(),
            LogSum = logSumOut(),
            QueryGradient = dqOut(),
            KeyGradient = dkOut(),
            ValueGradient = dvOut(),
            SinkGradient = dsinks,
            BiasGradient = dbias,
        };
    }

    public void Dispose()
    {
        foreach (var block in _blocks)
            NativeMemory.AlignedFree((void*)block);
    }

    private float[] Normal(string name, int count)
    {
        var rng = Random.Split(name);
        var values = new float[count];
        for (var i = 0; i < count; i++)
            values[i] = rng.NormalAt((ulong)i);
        return values;
    }

    /// <summary>Memory of [rows, columns, width] with gaps of NaN, so that whoever reads them is found out.</summary>
    private RowView View(float[] values, int columns, int width)
    {
        var rows = columns * width == 0 ? 0 : values.Length / (columns * width);
        var view = Memory(rows, columns, width);
        for (var r = 0; r < rows; r++)
            values.AsSpan(r * columns * width, columns * width).CopyTo(new Span<float>(view.At(r, 0), columns * width));
        return view;
    }

    /// <summary>Keys or values; in a paged layout [blocks, heads, 64, width], of which the last two may change places.</summary>
    private RowView KeyView(float[] values, int width, bool columns, out nint stride)
    {
        stride = 0;
        if (KeyLayout.Blocks is null)
            return View(values, KeyValueHeads, width);
        const int block = TokenLayout.KeyBlock;
        var (rows, row) = columns ? (width, block) : (block, width);
        var memory = Memory(KeyMemoryRows / block * KeyValueHeads * rows, 1, row);
        Assert.True(!columns || memory.RowStride == row);
        var view = new RowView(memory.At(0, 0), KeyValueHeads * rows * memory.RowStride, rows * memory.RowStride);
        stride = columns ? 1 : memory.RowStride;
        for (var key = 0; key < KeyMemoryRows; key++)
            for (var head = 0; head < KeyValueHeads; head++)
                for (var i = 0; i < width; i++)
                    view.At(key / block, head)[key % block * stride + i * (columns ? block : 1)] = values[(key * KeyValueHeads + head) * width + i];
        return view;
    }

    private RowView BiasView(float[]? values) =>
        values is null ? default
        : Form.Bias == ScoreBias.RelativeKeys ? Contiguous(View(values, 1, values.Length), KeyWidth, 1)
        : Contiguous(View(values, 1, values.Length), Form.Bias == ScoreBias.Slopes ? 0 : Heads, 1);

    private static RowView Contiguous(RowView view, int row, int column) => new(view.At(0, 0), row, column);

    private (RowView View, Func<float[]> Read) Result(int rows, int columns, int width)
    {
        var view = Memory(rows, columns, width);
        return (view, () =>
        {
            var values = new float[rows * columns * width];
            for (var r = 0; r < rows; r++)
                new Span<float>(view.At(r, 0), columns * width).CopyTo(values.AsSpan(r * columns * width));
            for (var r = 0; r < rows; r++)
                for (var g = 0; g < Gap; g++)
                    Assert.True(float.IsNaN(view.At(r, 0)[columns * width + g]), "written outside of a row");
            return values;
        }
        );
    }

    private RowView Memory(int rows, int columns, int width)
    {
        var stride = columns * width + Gap;
        var length = Math.Max(1, rows * stride);
        var memory = (float*)NativeMemory.AlignedAlloc((nuint)length * sizeof(float), 64);
        _blocks.Add((nint)memory);
        new Span<float>(memory, length).Fill(float.NaN);
        return new(memory, stride, width);
    }
}

/// <summary>What came out, in row-major order.</summary>
internal sealed record AttentionResult
{
    public required float[] Y { get; init; }

    public required float[] LogSum { get; init; }

    public float[] QueryGradient { get; init; } = [];

    public float[] KeyGradient { get; init; } = [];

    public float[] ValueGradient { get; init; } = [];

    public float[] SinkGradient { get; init; } = [];

    public float[] BiasGradient { get; init; } = [];

    public IEnumerable<(string Name, float[] Values)> All() =>
        [("y", Y), ("logSum", LogSum), ("dq", QueryGradient), ("dk", KeyGradient), ("dv", ValueGradient), ("dsinks", SinkGradient), ("dbias", BiasGradient)];

    public static void AssertSameBits(AttentionResult expected, AttentionResult actual)
    {
        foreach (var ((name, a), (_, b)) in expected.All().Zip(actual.All()))
            AssertSameBits(a, b, name);
    }

    public static void AssertSameBits(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, string name)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
            Assert.True(
                BitConverter.SingleToInt32Bits(expected[i]) == BitConverter.SingleToInt32Bits(actual[i]), $"{name}[{i}]: {expected[i]:R} and {actual[i]:R}");
    }

    /// <summary>Equal within a tolerance of the largest value of each array.</summary>
    public static void AssertClose(AttentionResult expected, AttentionResult actual, double tolerance, string what)
    {
        foreach (var ((name, a), (_, b)) in expected.All().Zip(actual.All()))
        {
            Assert.Equal(a.Length, b.Length);
            var largest = a.Where(float.IsFinite).Select(Math.Abs).DefaultIfEmpty(0).Max();
            for (var i = 0; i < a.Length; i++)
                Assert.True(
                    a[i].Equals(b[i]) || Math.Abs(a[i] - b[i]) <= tolerance * Math.Max(largest, 1), $"{what}: {name}[{i}] is {b[i]:R}, expected {a[i]:R}");
        }
    }
}
