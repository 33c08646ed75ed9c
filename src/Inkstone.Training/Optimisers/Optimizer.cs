using Inkstone.Foundation.Errors;
using Inkstone.Models;
using Inkstone.Tensors;

namespace Inkstone.Training;

/// <summary>
/// Updates a model's parameters by their gradients: each parameter group has a rule, a share of the learning rate and a weight decay, by its
/// role (<see cref="OptimizerOptions"/>).
/// </summary>
public sealed class Optimizer
{
    private readonly List<Group> _groups = [];

    /// <summary>Gives each group of a model's parameters its rule; the moments begin at zero.</summary>
    /// <exception cref="InkstoneRequestException">An option is out of range.</exception>
    public Optimizer(Model model, OptimizerOptions options)
        : this(model.ParameterGroups, options)
    {
    }

    /// <summary>Gives each group of parameters its rule; the moments begin at zero.</summary>
    /// <exception cref="InkstoneRequestException">An option is out of range.</exception>
    public Optimizer(IEnumerable<ParameterGroup> groups, OptimizerOptions options)
    {
        options.Validate();
        foreach (var group in groups)
        {
            _groups.Add(new Group([.. RulesFor(group, options)], RateOf(group.Role, options), group.Decays || options.DecayEverything ? options.WeightDecay : 0));
        }
    }

    /// <summary>How many updates were made.</summary>
    public long Updates { get; internal set; }

    /// <summary>The parameters, in the order of the groups.</summary>
    public IEnumerable<Parameter> Parameters => _groups.SelectMany(group => group.Rules.SelectMany(rule => rule.Parameters));

    /// <summary>Everything remembered from update to update, by name: the parameter's name, a dot, the moment's name.</summary>
    public IEnumerable<(string Name, Tensor Value)> State =>
        _groups.SelectMany(group => group.Rules).SelectMany(rule => rule.State);

    /// <summary>The Euclidean norm of all gathered gradients together: a scalar, not yet read back.</summary>
    public Tensor GradientNorm()
    {
        var sum = default(Tensor);
        foreach (var group in _groups)
            foreach (var rule in group.Rules)
                foreach (var parameter in rule.Parameters)
                    if (parameter.HasGradient)
                    {
                        var squares = parameter.Gradient.SumOfSquares();
                        sum = sum.IsMissing ? squares : sum + squares;
                    }
        return sum.IsMissing ? throw new InkstoneRequestException("no parameter has a gradient", "Optimizer.GradientNorm") : sum.Sqrt();
    }

    /// <summary>
    /// What gradients of a norm are multiplied with so that it is at most a limit: min(1, limit / (norm + 10⁻⁶)), as PyTorch's <c>clip_grad_norm_</c>; 1 when the
    /// limit is 0.
    /// </summary>
    public static double ClipScale(double norm, double limit) => limit == 0 ? 1 : Math.Min(1, limit / (norm + 1e-6));

    /// <summary>One update of every parameter that gathered a gradient.</summary>
    /// <param name="learningRate">The learning rate of groups whose share is 1.</param>
    /// <param name="gradientScale">What gradients are multiplied with first.</param>
    public void Apply(double learningRate, double gradientScale = 1)
    {
        Updates++;
        foreach (var group in _groups)
            foreach (var rule in group.Rules)
                rule.Apply(learningRate * group.Rate, group.Decay, gradientScale, Updates);
    }

    /// <summary>Forgets all gathered gradients.</summary>
    public void ClearGradients()
    {
        foreach (var group in _groups)
            foreach (var rule in group.Rules)
                foreach (var parameter in rule.Parameters)
                    parameter.ClearGradient();
    }

    private static IEnumerable<ParameterRule> RulesFor(ParameterGroup group, OptimizerOptions options)
    {
        var parameters = group.Parameters.Where(parameter => parameter.Trainable);
        if (options.Kind != OptimizerKind.Muon || group.Role != ParameterRole.Matrix)
            return parameters.Select(parameter => new FusedRule(parameter, RuleOf(options.Kind), options));
        return MuonRule.For(parameters.Where(IsMatrix), options)
            .Concat<ParameterRule>(parameters.Where(parameter => !IsMatrix(parameter)).Select(parameter => new FusedRule(parameter, UpdateRule.AdamW, options)));
    }

    private static bool IsMatrix(Parameter parameter) => parameter.Value.Rank == 2;

    private static UpdateRule RuleOf(OptimizerKind kind) => kind switch
    {
        OptimizerKind.Adam => UpdateRule.Adam,
        OptimizerKind.Sgd => UpdateRule.Sgd,
        OptimizerKind.RmsProp => UpdateRule.RmsProp,
        OptimizerKind.Adagrad => UpdateRule.Adagrad,
        _ => UpdateRule.AdamW,
    };

    private static double RateOf(ParameterRole role, OptimizerOptions options) => role switch
    {
        ParameterRole.Matrix => options.MatrixRate,
        ParameterRole.Embedding => options.EmbeddingRate,
        ParameterRole.Head => options.HeadRate,
        _ => options.VectorRate,
    };

    private sealed record Group(ParameterRule[] Rules, double Rate, double Decay);
}
