using Inkstone.Tensors;

namespace Inkstone.Training;

/// <summary>The rules that a backend has in one pass: SGD, Adam, AdamW, RMSprop, Adagrad.</summary>
internal sealed class FusedRule : ParameterRule
{
    private readonly Parameter _parameter;
    private readonly UpdateRule _rule;
    private readonly UpdateNumbers _numbers;
    private readonly Tensor _first;
    private readonly Tensor _second;

    public FusedRule(Parameter parameter, UpdateRule rule, OptimizerOptions options)
    {
        _parameter = parameter;
        _rule = rule;
        var beta1 = rule == UpdateRule.Sgd ? options.Momentum : options.Beta1;
        _numbers = new UpdateNumbers(0, beta1, options.Beta2, options.Epsilon, 0, 0, 1, options.Nesterov);
        if (rule is UpdateRule.Adam or UpdateRule.AdamW || rule == UpdateRule.Sgd && beta1 > 0)
            _first = NewMoment(parameter);
        if (rule != UpdateRule.Sgd)
            _second = NewMoment(parameter);
    }

    public override IReadOnlyList<Parameter> Parameters => [_parameter];

    public override IEnumerable<(string Name, Tensor Value)> State
    {
        get
        {
            if (!_first.IsMissing)
                yield return ($"{_parameter.Name}.first", _first);
            if (!_second.IsMissing)
                yield return ($"{_parameter.Name}.second", _second);
        }
    }

    public override void Apply(double rate, double decay, double gradientScale, long update)
    {
        if (_parameter.HasGradient)
            _parameter.Update(_rule, _numbers with { LearningRate = rate, WeightDecay = decay, GradientScale = gradientScale, Step = update }, _first, _second);
    }
}
