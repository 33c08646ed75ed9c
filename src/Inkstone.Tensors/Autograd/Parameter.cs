namespace Inkstone.Tensors;

/// <summary>
/// A trainable tensor: a value that stays in one place for life, and the gradient gathered for it since it was last cleared.
/// Operations that see <see cref="Value"/> on a recording tape send it their gradients.
/// </summary>
public sealed class Parameter
{
    private Tensor _gradient;

    /// <summary>Makes a parameter of a value, which is taken out of its pool scope.</summary>
    /// <param name="name">The name in checkpoints and messages, unique within a model.</param>
    /// <param name="value">The first value.</param>
    public Parameter(string name, Tensor value)
    {
        Name = name;
        value = value.Keep().Contiguous();
        if (value.Offset != 0 || value.Storage.Parameter is not null)
        {
            // a storage leads to one parameter, so a part of a larger tensor, or what is a parameter already, is copied
            var copy = value.EmptyLike();
            copy.Backend.Copy(value, copy);
            value = copy;
        }
        value.Keep().Storage.Parameter = this;
        Value = value.AtNode(Tape.ParameterNode);
    }

    /// <summary>The name in checkpoints and messages.</summary>
    public string Name { get; }

    /// <summary>The value. Whoever changes its elements calls <see cref="Changed"/>.</summary>
    public Tensor Value { get; }

    /// <summary>Whether operations record gradients for it (true at first).</summary>
    public bool Trainable { get; set; } = true;

    /// <summary>Rises with every change of the value; packed copies, caches and digests compare it.</summary>
    public long Version { get; private set; }

    /// <summary>Whether any gradient arrived since <see cref="ClearGradient"/>.</summary>
    public bool HasGradient { get; private set; }

    /// <summary>The gathered gradient; meaningful when <see cref="HasGradient"/>.</summary>
    public Tensor Gradient => HasGradient ? _gradient : throw Tape.NoGradient(Name);

    /// <summary>Overwrites the value with a tensor of its shape.</summary>
    public void Set(in Tensor value)
    {
        ShapeError.RequireShape(Name, value, Value.Shape, "a value");
        Value.Backend.Copy(value, Value);
        Changed();
    }

    /// <summary>Says that the value's elements changed.</summary>
    public void Changed() => Version++;

    /// <summary>Forgets the gathered gradient; its memory stays for the next one.</summary>
    public void ClearGradient() => HasGradient = false;

    /// <summary>One optimiser update of the value by the gathered gradient, in one pass over memory (see <see cref="UpdateRule"/>).</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="numbers">Its numbers.</param>
    /// <param name="first">The first moment, of the value's shape, or missing where the rule uses none; changed.</param>
    /// <param name="second">The second moment, likewise.</param>
    /// <exception cref="Foundation.Errors.InkstoneRequestException">No gradient was gathered.</exception>
    public void Update(UpdateRule rule, UpdateNumbers numbers, in Tensor first = default, in Tensor second = default)
    {
        if (!first.IsMissing)
            ShapeError.RequireShape("update", first, Value.Shape, "a first moment");
        if (!second.IsMissing)
            ShapeError.RequireShape("update", second, Value.Shape, "a second moment");
        Value.Backend.Update(rule, numbers, Value, Gradient, first, second);
        Changed();
    }

    /// <summary>Adds to the gathered gradient.</summary>
    public void Accumulate(in Tensor gradient)
    {
        var target = Destination(out var accumulate);
        if (accumulate)
            target.Backend.AddScaled(gradient, 1, target);
        else
            target.Backend.Copy(gradient, target);
    }

    /// <summary>
    /// Where an operation writes its gradient for this parameter directly: it must add when <paramref name="accumulate"/> says
    /// so and overwrite otherwise.
    /// </summary>
    internal Tensor Destination(out bool accumulate)
    {
        if (_gradient.IsMissing)
            _gradient = Tensor.Empty(Value.Shape, Value.Type, Value.Backend).Keep();
        accumulate = HasGradient;
        HasGradient = true;
        return _gradient;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Name} {Value.Shape}";
}
