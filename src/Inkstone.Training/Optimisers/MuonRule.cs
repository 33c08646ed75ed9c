using Inkstone.Tensors;

namespace Inkstone.Training;

/// <summary>
/// Muon (Jordan et al. 2024): the momentum of a matrix, made nearly orthogonal, is its update. m ← βm + (1 − β)g; u = (1 − β)g + βm, Nesterov's look ahead in the
/// same averaged form; p ← (1 − rate·decay)p − rate·√max(1, rows / columns)·orthogonal(u).
/// </summary>
internal sealed class MuonRule : ParameterRule
{
    private readonly Tensor _momentum;
    private readonly double _beta;
    private readonly double _scale;

    public MuonRule(Parameter parameter, OptimizerOptions options)
        : base(parameter)
    {
        _beta = options.Momentum;
        _scale = Math.Sqrt(Math.Max(1, (double)parameter.Value.Shape[0] / parameter.Value.Shape[1]));
        _momentum = NewMoment();
    }

    public override IEnumerable<(string Name, Tensor Value)> State => [("momentum", _momentum)];

    public override void Apply(double rate, double decay, double gradientScale, long update)
    {
        using var scope = PoolScope.Open();
        var gradient = Parameter.Gradient * ((1 - _beta) * gradientScale);
        InPlace.Scale(_momentum, _beta);
        InPlace.AddScaled(gradient, 1, _momentum);
        InPlace.AddScaled(_momentum, _beta, gradient);
        InPlace.Scale(Parameter.Value, 1 - rate * decay);
        InPlace.AddScaled(NewtonSchulz.Orthogonalise(gradient), -rate * _scale, Parameter.Value);
        Parameter.Changed();
    }
}
