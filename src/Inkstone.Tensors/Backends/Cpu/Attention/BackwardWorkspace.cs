namespace Inkstone.Tensors;

/// <summary>The scratch of one task of <see cref="AttentionBackward"/>.</summary>
internal readonly unsafe struct BackwardWorkspace
{
    public BackwardWorkspace(in AttentionProblem problem, int keyWidth, int valueWidth, float* memory)
    {
        const int rows = AttentionBackward.TileRows, block = TokenLayout.KeyBlock;
        (KeyWidth, ValueWidth) = (keyWidth, valueWidth);
        var carver = new ScratchCarver(memory);
        var allRows = checked((nint)problem.QueryLayout.LongestLength * problem.Group);
        Places = (RowPlace*)carver.Take(allRows * sizeof(RowPlace) / sizeof(float));
        LogSums = carver.Take(allRows);
        Deltas = carver.Take(allRows);
        Ranges = (KeyRange*)carver.Take(rows * sizeof(KeyRange) / sizeof(float));
        KeysTransposed = carver.Take((nint)problem.KeyWidth * block);
        ValuesTransposed = carver.Take((nint)problem.ValueWidth * block);
        Keys = carver.Take((nint)keyWidth * block);
        Queries = carver.Take(checked(allRows * keyWidth));
        OutputGradient = carver.Take(checked(allRows * valueWidth));
        QueryGradient = carver.Take(checked(allRows * keyWidth));
        Weights = carver.Take(rows * block);
        ScoreGradient = carver.Take(rows * block);
        KeyGradient = carver.Take((nint)block * keyWidth);
        ValueGradient = carver.Take((nint)block * valueWidth);
        RelativeColumns = RelativeKeys.Columns(problem);
        RelativeTransposed = carver.Take((nint)RelativeColumns * problem.KeyWidth);
        RelativeTable = carver.Take(RelativeColumns == 0 ? 0 : (nint)problem.BiasCount * keyWidth);
        Relative = carver.Take((nint)rows * RelativeColumns);
        RelativeGradient = carver.Take((nint)rows * RelativeColumns);
        Length = carver.Length;
    }

    public int KeyWidth { get; }

    public int ValueWidth { get; }

    public nint Length { get; }

    /// <summary>All queries of the sequence for each head of the group, heads outermost.</summary>
    public RowPlace* Places { get; }

    public float* LogSums { get; }

    /// <summary>Σ dy·y of each row: what the softmax's gradient takes off.</summary>
    public float* Deltas { get; }

    public KeyRange* Ranges { get; }

    public float* KeysTransposed { get; }

    public float* ValuesTransposed { get; }

    /// <summary>The block's keys times the scale.</summary>
    public float* Keys { get; }

    /// <summary>The queries times the scale, in the order of <see cref="Places"/>; far apart in the tensor, they are made dense once.</summary>
    public float* Queries { get; }

    /// <summary>The result's gradient, dense as well.</summary>
    public float* OutputGradient { get; }

    /// <summary>The gradient of the queries that this task's keys give.</summary>
    public float* QueryGradient { get; }

    public float* Weights { get; }

    public float* ScoreGradient { get; }

    public float* KeyGradient { get; }

    public float* ValueGradient { get; }

    public int RelativeColumns { get; }

    public float* RelativeTransposed { get; }

    public float* RelativeTable { get; }

    public float* Relative { get; }

    public float* RelativeGradient { get; }
}
