using Inkstone.Foundation.Errors;

namespace Inkstone.Tensors;

/// <summary>
/// The fast backend of the processor, single precision. Kernels of one vector width run on a team of threads; work is split by
/// its shape, so results do not depend on the number of threads. What has no fast kernel goes to the reference's loops.
/// </summary>
public sealed partial class CpuBackend : HostBackend
{
    private const string WidthVariable = "INKSTONE_VECTOR_WIDTH";
    private readonly ReferenceBackend _reference = ReferenceBackend.Single;
    private readonly WorkerTeam _team;
    private readonly Gemm _gemm;
    private readonly DotProducts _dot;
    private readonly BlockProducts _blocks;
    private readonly KernelTable _kernels;

    /// <summary>Makes a backend with threads and an empty pool of its own.</summary>
    /// <param name="width">
    /// The vector width of its kernels; null means what the environment variable INKSTONE_VECTOR_WIDTH says (128, 256 or 512), else the widest that the
    /// processor has.
    /// </param>
    /// <param name="threads">Threads that work at once; null means one for each logical processor.</param>
    public CpuBackend(VectorWidth? width = null, int? threads = null)
        : this(width, threads, null)
    {
    }

    /// <summary>A backend whose products of bytes use given instructions.</summary>
    internal CpuBackend(VectorWidth? width, int? threads, ByteDotKind? dot)
    {
        Width = width ?? WidthByDefault();
        _team = new WorkerTeam(threads);
        _gemm = new Gemm(_team, Width);
        _dot = new DotProducts(_team, Width);
        _blocks = new BlockProducts(_team, dot ?? ByteDotKinds.BestOf(Width));
        _kernels = KernelTable.For(Width);
    }

    /// <summary>The vector width of the kernels.</summary>
    public VectorWidth Width { get; }

    /// <summary>Threads that work at once.</summary>
    public int ThreadCount => _team.Size;

    /// <inheritdoc/>
    public override string Name => $"cpu {(int)Width}-bit, {ThreadCount} threads";

    internal override void CumulativeSum(in Tensor x, int axis, bool reverse, in Tensor y) =>
        _reference.CumulativeSum(x, axis, reverse, y);

    internal override void TopK(in Tensor x, in Tensor values, in Tensor indices) =>
        _reference.TopK(x, values, indices);

    internal override void GatherAlong(in Tensor x, int axis, in Tensor index, in Tensor y) =>
        _reference.GatherAlong(x, axis, index, y);

    internal override void ScatterAddAlong(in Tensor source, int axis, in Tensor index, in Tensor y) =>
        _reference.ScatterAddAlong(source, axis, index, y);

    private static VectorWidth WidthByDefault() => Environment.GetEnvironmentVariable(WidthVariable) switch
    {
        null or "" => VectorWidths.Widest,
        "128" => VectorWidth.Bits128,
        "256" => VectorWidth.Bits256,
        "512" => VectorWidth.Bits512,
        var other => throw new InkstoneRequestException("there is no such vector width", WidthVariable, "128, 256 or 512", other),
    };
}
