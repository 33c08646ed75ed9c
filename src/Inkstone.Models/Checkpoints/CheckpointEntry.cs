using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>
/// What some tensors of a file are to some parameters. The file's tensors are joined along <see cref="Axis"/>, changed, and cut along the same axis among the
/// parameters, so that one entry says rename (one and one), split (one and several) and fuse (several and one).
/// </summary>
/// <param name="Names">The file's tensors, in order.</param>
/// <param name="Parameters">The parameters, in order.</param>
/// <param name="Axis">The axis, of our form, along which both sides are joined.</param>
/// <param name="Changes">What to do to each file tensor, in loading order.</param>
public sealed record CheckpointEntry(
    IReadOnlyList<string> Names, IReadOnlyList<Parameter> Parameters, int Axis, IReadOnlyList<TensorChange> Changes)
{
    /// <summary>The shape, in the file, of each tensor named.</summary>
    public IEnumerable<(string Name, Shape Shape)> StoredShapes()
    {
        var own = Parameters[0].Value.Shape;
        if (own.Rank > 0 && (Parameters.Count > 1 || Names.Count > 1))
            own = own.With(Axis, Parameters.Sum(parameter => parameter.Value.Shape[Axis]) / Names.Count);
        var stored = Changes.Reverse().Aggregate(own, (shape, change) => change.StoredShape(shape));
        return [.. Names.Select(name => (name, stored))];
    }

    /// <summary>Sets the parameters from the file's tensors, given in the order of <see cref="Names"/>.</summary>
    internal void Load(IReadOnlyList<Tensor> stored)
    {
        var whole = stored.Count == 1 ? Loaded(stored[0]) : Tensor.Concatenate(Axis, [.. stored.Select(Loaded)]);
        var start = 0;
        foreach (var parameter in Parameters)
        {
            var value = parameter.Value;
            var length = Parameters.Count == 1 ? whole.Shape[Axis] : value.Shape[Axis];
            parameter.Set(whole.Slice(Axis, start, length));
            start += length;
        }
    }

    /// <summary>One of the file's tensors, made from the parameters; contiguous.</summary>
    internal Tensor ToStored(string name)
    {
        using var pause = Tape.Pause();
        var whole = Parameters.Count == 1 ? Parameters[0].Value.Detach() : Tensor.Concatenate(Axis, [.. Parameters.Select(p => p.Value.Detach())]);
        if (Names.Count == 1)
            return Saved(whole).Contiguous();
        var length = whole.Shape[Axis] / Names.Count;
        return Saved(whole.Slice(Axis, Enumerable.Range(0, Names.Count).First(i => Names[i] == name) * length, length)).Contiguous();
    }

    private Tensor Loaded(Tensor stored) => Changes.Aggregate(stored, (x, change) => change.Load(x));

    private Tensor Saved(Tensor own) => Changes.Reverse().Aggregate(own, (x, change) => change.Save(x));
}
