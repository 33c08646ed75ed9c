namespace Inkstone.Tensors;

/// <content>From tensors to kernels.</content>
public sealed unsafe partial class CpuBackend
{
    /// <summary>Runs an action over all elements of tensors of one shape, each of them <see cref="InRows"/>.</summary>
    private void ForBlocks<TAction>(in Shape shape, TAction action, in Tensor a, in Tensor b = default, in Tensor c = default, in Tensor d = default)
        where TAction : struct, IBlockAction
    {
        if (shape.Count == 0)
            return;
        var chunks = new RowChunks<TAction>(new MergedRows(shape, a, b, c, d), action);
        _team.Run(chunks.Count, chunks);
    }

    /// <summary>
    /// The tensor itself when its innermost elements lie one after another (or, where <paramref name="mayRepeat"/>, are one and the same), else
    /// a contiguous copy in the current pool scope.
    /// </summary>
    private Tensor InRows(in Tensor x, bool mayRepeat = false) => IsInRows(x, mayRepeat) ? x : Duplicate(x);

    private static bool IsInRows(in Tensor x, bool mayRepeat = false)
    {
        for (var axis = x.Rank - 1; axis >= 0; axis--)
            if (x.Shape[axis] != 1)
                return x.Strides[axis] == 1 || mayRepeat && x.Strides[axis] == 0;
        return true;
    }

    /// <summary>The tensor itself when it is contiguous, or missing, else a contiguous copy in the current pool scope.</summary>
    private Tensor Dense(in Tensor x) => x.IsMissing || x.IsContiguous ? x : Duplicate(x);

    private Tensor Duplicate(in Tensor x)
    {
        var copy = Tensor.Empty(x.Shape, x.Type, this);
        Copy(x, copy);
        return copy;
    }

    /// <summary>Where a kernel that writes contiguous memory puts a result: the result itself, or a tensor that <see cref="Deliver"/> copies to it.</summary>
    private Tensor DenseTarget(in Tensor y) => y.IsMissing || y.IsContiguous ? y : Tensor.Empty(y.Shape, y.Type, this);

    private void Deliver(in Tensor target, in Tensor y)
    {
        if (!y.IsMissing && !y.IsContiguous)
            Copy(target, y);
    }

    private static float* Pointer(in Tensor x) => x.IsMissing ? null : (float*)HostMemory.Address(x);

    private static bool AreSingle(in Tensor a) => a.Type == ElementType.Float32;

    private static bool AreSingle(in Tensor a, in Tensor b) => AreSingle(a) && AreSingle(b);
}
