using Inkstone.Foundation.Randomness;

namespace Inkstone.Tensors;

/// <summary>A tensor's memory by its first two axes; a third is contiguous.</summary>
internal readonly unsafe struct RowView(float* data, nint rowStride, nint columnStride)
{
    /// <summary>Whether there is no such tensor.</summary>
    public bool IsMissing => data == null;

    /// <summary>From a row to the next.</summary>
    public nint RowStride => rowStride;

    /// <summary>Where [row, column] lies.</summary>
    public float* At(nint row, nint column) => data + row * rowStride + column * columnStride;

    /// <summary>Where [row, column] of a tensor in half precision lies.</summary>
    public ushort* AtHalf(nint row, nint column) => (ushort*)data + row * rowStride + column * columnStride;

    /// <summary>The view of a tensor by its first two axes; of one axis, it is the columns.</summary>
    public static RowView Of(in Tensor x) =>
        x.IsMissing ? default
        : x.Rank == 1 ? new((float*)HostMemory.Address(x), 0, (nint)x.Strides[0])
        : new((float*)HostMemory.Address(x), (nint)x.Strides[0], (nint)x.Strides[1]);
}

/// <summary>What one call of attention is about: the inputs, and the numbers that all its parts need.</summary>
internal readonly unsafe struct AttentionProblem
{
    /// <summary>Queries [rows, heads, key width].</summary>
    public required RowView Queries { get; init; }

    /// <summary>Keys [rows, key-value heads, key width], or in a paged cache [blocks, key-value heads, 64, key width].</summary>
    public required RowView Keys { get; init; }

    /// <summary>Values [rows, key-value heads, value width], or in a paged cache [blocks, key-value heads, 64, value width].</summary>
    public required RowView Values { get; init; }

    /// <summary>From a key of a block to the next: a row, but in a paged cache.</summary>
    public nint KeyStride { get => field == 0 ? Keys.RowStride : field; init; }

    /// <summary>From a value of a block to the next: a row, but in a paged cache.</summary>
    public nint ValueStride { get => field == 0 ? Values.RowStride : field; init; }

    /// <summary>Whether in a paged cache the keys of a block are columns, [key width, 64], as the scores want them.</summary>
    public bool HasKeyColumns { get; init; }

    /// <summary>How keys and values are stored.</summary>
    public RowStorage Storage { get; init; }

    /// <summary>Sinks, [0, heads], or missing.</summary>
    public RowView Sinks { get; init; }

    /// <summary>The bias tensor: [0, heads], [buckets, heads] or [2R + 1, key width], or missing.</summary>
    public RowView Bias { get; init; }

    /// <summary>The bias tensor's first extent: heads, buckets or 2R + 1.</summary>
    public int BiasCount { get; init; }

    /// <summary>What is constant of the layer.</summary>
    public required AttentionForm Form { get; init; }

    /// <summary>How the queries lie.</summary>
    public required TokenLayout QueryLayout { get; init; }

    /// <summary>How the keys lie.</summary>
    public required TokenLayout KeyLayout { get; init; }

    /// <summary>The stream that dropout is drawn from, when there is dropout.</summary>
    public Rng? Rng { get; init; }

    /// <summary>Query heads.</summary>
    public required int Heads { get; init; }

    /// <summary>Heads of keys and values.</summary>
    public required int KeyValueHeads { get; init; }

    /// <summary>Elements of a query and of a key.</summary>
    public required int KeyWidth { get; init; }

    /// <summary>Elements of a value.</summary>
    public required int ValueWidth { get; init; }

    /// <summary>T5's bucket of each distance in ±<see cref="BucketReach"/>, its middle first; set by whoever runs the problem.</summary>
    public int* BucketOf { get; init; }

    /// <summary>Query heads that share a key-value head.</summary>
    public int Group => Heads / KeyValueHeads;

    /// <summary>The factor of q·k.</summary>
    public float Scale => Form.Scale ?? 1 / MathF.Sqrt(KeyWidth);

    /// <summary>The kind of bias that is present.</summary>
    public ScoreBias BiasKind => Bias.IsMissing ? ScoreBias.None : Form.Bias;

    /// <summary>Whether attention weights are dropped.</summary>
    public bool HasDropout => Rng is not null && Form.Dropout > 0;

    /// <summary>The distance from which all keys are in the last bucket of their side.</summary>
    public int BucketReach => Math.Max(Form.MaximumBucketDistance, BiasCount);

    /// <summary>Ints that <see cref="BucketOf"/> needs.</summary>
    public int BucketTableLength => BiasKind == ScoreBias.Buckets ? checked(2 * BucketReach + 1) : 0;

    /// <summary>The problem with its table of buckets, computed into memory of <see cref="BucketTableLength"/>.</summary>
    public AttentionProblem WithBuckets(int* memory)
    {
        if (BiasKind != ScoreBias.Buckets)
            return this;
        var middle = memory + BucketReach;
        for (var distance = -BucketReach; distance <= BucketReach; distance++)
            middle[distance] = Form.BucketOf(distance, BiasCount);
        return this with { BucketOf = middle };
    }

    /// <summary>The problem that a backend's call states.</summary>
    public static AttentionProblem Of(
        in Tensor q, in Tensor k, in Tensor v, in Tensor sinks, in Tensor bias, AttentionForm form, TokenLayout queries, TokenLayout keys, Rng? rng) =>
        new()
        {
            Queries = RowView.Of(q),
            Keys = RowView.Of(k),
            Values = RowView.Of(v),
            KeyStride = (nint)k.Strides[k.Rank == 4 ? 2 : 0],
            ValueStride = v.IsMissing ? 0 : (nint)v.Strides[v.Rank == 4 ? 2 : 0],
            HasKeyColumns = HasColumns(k),
            Storage = RowStorages.Of(k),
            Sinks = RowView.Of(sinks),
            Bias = RowView.Of(bias),
            BiasCount = bias.IsMissing ? 0 : bias.Shape[0],
            Form = form,
            QueryLayout = queries,
            KeyLayout = keys,
            Rng = rng,
            Heads = q.Shape[1],
            KeyValueHeads = k.Shape[1],
            KeyWidth = q.Shape[2],
            ValueWidth = v.IsMissing ? 0 : RowStorages.Width(v),
        };

    /// <summary>Whether keys [blocks, heads, 64, width] lie as columns, element after element of all 64; those that are rounded in blocks of 32 cannot.</summary>
    public static bool HasColumns(in Tensor keys) =>
        keys.Rank == 4 && keys.Strides[2] == 1 && keys.Strides[3] == TokenLayout.KeyBlock && RowStorages.Of(keys) != RowStorage.Rounded;
}
