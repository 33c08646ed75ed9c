using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>Which experts a row goes to, and with what weights.</summary>
public sealed class ExpertRouter : Module
{
    private readonly ExpertOptions _options;

    internal ExpertRouter(ParameterSource source, int width, ExpertOptions options, double deviation)
    {
        _options = options;
        Scores = new Linear(source, width, options.Count, options.Clamped, deviation);
        ChoiceBias = options.ChoiceBias ? source.Constant("choice_bias", [options.Count], 0) : null;
    }

    /// <summary>Rows to a score an expert.</summary>
    public Linear Scores { get; }

    /// <summary>What is added to the experts' shares in choosing, [experts].</summary>
    public Parameter? ChoiceBias { get; }

    /// <inheritdoc/>
    public override IEnumerable<Module> Children => [Scores];

    /// <inheritdoc/>
    protected override IEnumerable<Parameter> OwnParameters => ChoiceBias is null ? [] : [ChoiceBias];

    /// <summary>Each row's experts, Int32 [rows, chosen], and their weights, [rows, chosen].</summary>
    public (Tensor Experts, Tensor Weights) Choose(Tensor x, Pass pass)
    {
        var scores = Scores.Forward(x, pass);
        var shares = _options.Renormalised && ChoiceBias is null ? scores : scores.Softmax();
        var (weights, experts) = (ChoiceBias is null ? shares : shares + ChoiceBias.Value.Detach()).TopK(_options.Chosen);
        if (_options.Renormalised)
            weights = (ChoiceBias is null ? weights : scores.Gather(1, experts)).Softmax();
        else if (ChoiceBias is not null)
            weights = shares.Gather(1, experts);
        return (experts, weights.Scaled(_options.Scale));
    }
}
