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
    /// <summary>What to do besides to each parameter's part of the whole, in loading order; null: nothing.</summary>
    public IReadOnlyList<TensorChange?>? PartChanges { get; init; }

    /// <summary>The shape, in the file, of each tensor named.</summary>
    public IEnumerable<(string Name, Shape Shape)> StoredShapes()
    {
        var own = PartShape(0);
        if (own.Rank > 0 && (Parameters.Count > 1 || Names.Count > 1))
            own = own.With(Axis, Enumerable.Range(0, Parameters.Count).Sum(part => PartShape(part)[Axis]) / Names.Count);
        var stored = Changes.Reverse().Aggregate(own, (shape, change) => change.StoredShape(shape));
        return [.. Names.Select(name => (name, stored))];
    }

    /// <summary>Whether the file's numbers, tensor after tensor, are the parameters' in the same order.</summary>
    internal bool KeepsOrder => PartChanges is null && (Axis == 0 || (Names.Count == 1 && Parameters.Count == 1)) && Changes.All(change => change.KeepsOrder);

    /// <summary>Sets the parameters from the file's tensors, given in the order of <see cref="Names"/>.</summary>
    internal void Load(IReadOnlyList<Tensor> stored)
    {
        var values = ToOwn(stored);
        for (var part = 0; part < Parameters.Count; part++)
            Parameters[part].Set(values[part]);
    }

    /// <summary>What the parameters are by the file's tensors, given in the order of <see cref="Names"/>.</summary>
    internal Tensor[] ToOwn(IReadOnlyList<Tensor> stored)
    {
        var whole = stored.Count == 1 ? Loaded(stored[0]) : Tensor.Concatenate(Axis, [.. stored.Select(Loaded)]);
        var values = new Tensor[Parameters.Count];
        var start = 0;
        for (var part = 0; part < values.Length; part++)
        {
            var length = values.Length == 1 ? whole.Shape[Axis] : PartShape(part)[Axis];
            var value = whole.Slice(Axis, start, length);
            values[part] = PartChanges?[part]?.Load(value) ?? value;
            start += length;
        }
        return values;
    }

    /// <summary>One of the file's tensors, made from the parameters; contiguous.</summary>
    internal Tensor ToStored(string name) => ToStored(name, parameter => parameter.Value.Detach());

    /// <summary>One of the file's tensors, made from what the parameters are said to be; contiguous.</summary>
    internal Tensor ToStored(string name, Func<Parameter, Tensor> valueOf)
    {
        using var pause = Tape.Pause();
        var whole = Parameters.Count == 1 ? Part(0, valueOf) : Tensor.Concatenate(Axis, [.. Enumerable.Range(0, Parameters.Count).Select(part => Part(part, valueOf))]);
        if (Names.Count == 1)
            return Saved(whole).Contiguous();
        var length = whole.Shape[Axis] / Names.Count;
        return Saved(whole.Slice(Axis, Enumerable.Range(0, Names.Count).First(i => Names[i] == name) * length, length)).Contiguous();
    }

    private Shape PartShape(int part) => PartChanges?[part]?.StoredShape(Parameters[part].Value.Shape) ?? Parameters[part].Value.Shape;

    private Tensor Part(int part, Func<Parameter, Tensor> valueOf)
    {
        var value = valueOf(Parameters[part]);
        return PartChanges?[part]?.Save(value) ?? value;
    }

    private Tensor Loaded(Tensor stored) => Changes.Aggregate(stored, (x, change) => change.Load(x));

    private Tensor Saved(Tensor own) => Changes.Reverse().Aggregate(own, (x, change) => change.Save(x));
}
