using Inkstone.Tensors;

namespace Inkstone.Training;

/// <summary>
/// Muon (Jordan et al. 2024): the momentum of a matrix, made nearly orthogonal, is its update. m ← βm + (1 − β)g; u = (1 − β)g + βm, Nesterov's look ahead in the
/// same averaged form; p ← (1 − rate·decay)p − rate·√max(1, rows / columns)·orthogonal(u). Matrices of one shape, or of that shape turned, are made orthogonal
/// together as one stack: many small products at once keep every worker busy, one after the other does not.
/// </summary>
internal sealed class MuonRule : ParameterRule
{
    /// <summary>Elements of a stack: what the steps need of it stays near the caches.</summary>
    private const long StackElements = 1L << 21;

    private readonly Parameter[] _parameters;
    private readonly Tensor[] _momenta;
    private readonly double _beta;

    private MuonRule(Parameter[] parameters, OptimizerOptions options)
    {
        _parameters = parameters;
        _momenta = [.. parameters.Select(NewMoment)];
        _beta = options.Momentum;
    }

    public override IReadOnlyList<Parameter> Parameters => _parameters;

    public override IEnumerable<(string Name, Tensor Value)> State =>
        _parameters.Zip(_momenta, (parameter, momentum) => ($"{parameter.Name}.momentum", momentum));

    /// <summary>Matrices in stacks of one shape, each a rule.</summary>
    public static IEnumerable<MuonRule> For(IEnumerable<Parameter> matrices, OptimizerOptions options) =>
        from matrix in matrices
        group matrix by LongShape(matrix) into same
        from stack in same.Chunk((int)Math.Clamp(StackElements / ((long)same.Key.Rows * same.Key.Columns), 1, 64))
        select new MuonRule(stack, options);

    public override void Apply(double rate, double decay, double gradientScale, long update)
    {
        using var scope = PoolScope.Open();
        var (rows, columns) = LongShape(_parameters[0]);
        var count = _parameters.Count(parameter => parameter.HasGradient);
        if (count == 0)
            return;
        var stack = Tensor.Empty([count, rows, columns], _parameters[0].Value.Type, _parameters[0].Value.Backend);
        for (int i = 0, at = 0; i < _parameters.Length; i++)
            if (_parameters[i].HasGradient)
                InPlace.Copy(Lie(LookAhead(_parameters[i], _momenta[i], gradientScale)), stack.Select(0, at++));
        stack = NewtonSchulz.Orthogonalise(stack);
        var taken = 0;
        foreach (var parameter in _parameters)
        {
            if (!parameter.HasGradient)
                continue;
            var value = parameter.Value;
            var scale = Math.Sqrt(Math.Max(1, (double)value.Shape[0] / value.Shape[1]));
            var step = stack.Select(0, taken++);
            InPlace.Scale(value, 1 - rate * decay);
            InPlace.AddScaled(IsTall(parameter) ? step.Transpose() : step, -rate * scale, value);
            parameter.Changed();
        }
    }

    private Tensor LookAhead(Parameter parameter, in Tensor momentum, double gradientScale)
    {
        var gradient = parameter.Gradient * ((1 - _beta) * gradientScale);
        InPlace.Scale(momentum, _beta);
        InPlace.AddScaled(gradient, 1, momentum);
        InPlace.AddScaled(momentum, _beta, gradient);
        return gradient;
    }

    /// <summary>A tall matrix turned on its side.</summary>
    private static Tensor Lie(in Tensor matrix) => matrix.Shape[0] > matrix.Shape[1] ? matrix.Transpose() : matrix;

    private static bool IsTall(Parameter parameter) => parameter.Value.Shape[0] > parameter.Value.Shape[1];

    private static (int Rows, int Columns) LongShape(Parameter parameter) =>
        (Math.Min(parameter.Value.Shape[0], parameter.Value.Shape[1]), Math.Max(parameter.Value.Shape[0], parameter.Value.Shape[1]));
}
