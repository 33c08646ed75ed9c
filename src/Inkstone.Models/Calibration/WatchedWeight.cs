using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>Told of every input that a weight is multiplied with.</summary>
/// <param name="x">The rows, [rows, input width].</param>
/// <param name="expertOfRow">The expert of each row, Int32 [rows]; missing where the weight is one matrix.</param>
public delegate void InputWatcher(Tensor x, Tensor expertOfRow);

/// <summary>Another weight, and somebody who is told of its inputs.</summary>
internal sealed class WatchedWeight(LinearWeight inner, InputWatcher watcher) : LinearWeight
{
    public override int InputWidth => inner.InputWidth;

    public override int OutputWidth => inner.OutputWidth;

    public override IEnumerable<Module> Children => [inner];

    public override Tensor Multiply(Tensor x, Pass pass, Tensor bias = default)
    {
        watcher(x, default);
        return inner.Multiply(x, pass, bias);
    }

    public override Tensor MultiplyGrouped(Tensor x, Tensor expertOfRow, Pass pass)
    {
        watcher(x, expertOfRow);
        return inner.MultiplyGrouped(x, expertOfRow, pass);
    }

    public override Tensor Rows(Tensor ids) => inner.Rows(ids);

    public override Tensor CrossEntropy(Tensor x, Tensor targets, double scale, CrossEntropyOptions options, Tensor bias = default)
    {
        watcher(x, default);
        return inner.CrossEntropy(x, targets, scale, options, bias);
    }
}
