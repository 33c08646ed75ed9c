using Inkstone.Models;
using Inkstone.Tensors;

namespace Inkstone.Inference;

/// <summary>Notices that a model's parameters have changed, so that what was computed with the old ones is not used again.</summary>
internal sealed class ModelVersion
{
    private readonly Model _model;
    private Parameter[] _parameters = [];
    private long _sum;

    public ModelVersion(Model model)
    {
        _model = model;
        HasChanged();
    }

    /// <summary>Whether a parameter was changed or replaced since the last call.</summary>
    public bool HasChanged()
    {
        Parameter[] parameters = [.. _model.Parameters];
        var sum = parameters.Sum(parameter => parameter.Version);
        var same = sum == _sum && parameters.AsSpan().SequenceEqual(_parameters);
        (_parameters, _sum) = (parameters, sum);
        return !same;
    }
}
