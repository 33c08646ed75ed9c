using Inkstone.Models;
using Inkstone.Tensors;

namespace Inkstone.Training.Tests;

public sealed class OptimizerTests
{
    [Fact]
    public void Muon_takes_matrices_and_AdamW_the_rest()
    {
        var model = Samples.Gpt();
        var optimizer = new Optimizer(model, new OptimizerOptions { Kind = OptimizerKind.Muon });
        var names = optimizer.State.Select(state => state.Name).ToHashSet();
        foreach (var group in model.ParameterGroups)
            foreach (var parameter in group.Parameters)
            {
                Assert.Equal(group.Role == ParameterRole.Matrix, names.Contains($"{parameter.Name}.momentum"));
                Assert.Equal(group.Role != ParameterRole.Matrix, names.Contains($"{parameter.Name}.first"));
            }
        Assert.Equal(model.Parameters.ToHashSet(), optimizer.Parameters.ToHashSet());
    }

    [Fact]
    public void Groups_have_rates_and_decay_of_their_own()
    {
        var parameters = Enum.GetValues<ParameterRole>().Select(role => (Role: role, Parameter: new Parameter($"{role}", Tensor.Full([2, 2], 1)))).ToList();
        foreach (var (_, parameter) in parameters)
            parameter.Accumulate(Tensor.Full([2, 2], 1));
        var optimizer = new Optimizer(parameters.Select(p => new ParameterGroup(p.Role, p.Role == ParameterRole.Matrix, [p.Parameter])),
            new OptimizerOptions { Kind = OptimizerKind.Sgd, Momentum = 0, WeightDecay = 0.5, MatrixRate = 2, EmbeddingRate = 3, HeadRate = 4, VectorRate = 5 });
        optimizer.Apply(0.01);
        double[] expected = [1 - 0.02 * 1.5, 1 - 0.03, 1 - 0.04, 1 - 0.05];
        foreach (var ((_, parameter), value) in parameters.Zip(expected))
            Assert.Equal(value, parameter.Value.ToDoubles()[3], 1e-6);
    }

    [Theory]
    [InlineData(3, 40)]
    [InlineData(16, 16)]
    [InlineData(1, 5)]
    public void Newton_Schulz_brings_singular_values_near_one(int rows, int columns)
    {
        using var scope = PoolScope.Open();
        var matrix = Tensor.RandomNormal([1, rows, columns], Foundation.Randomness.Rng.From(rows * 100 + columns));
        var result = NewtonSchulz.Orthogonalise(matrix);
        Assert.Equal(matrix.Shape, result.Shape);
        // the sum of squared singular values is the squared norm
        var meanSquare = result.SumOfSquares().ToScalar() / Math.Min(rows, columns);
        Assert.InRange(meanSquare, 0.4, 1.5);
    }

    [Theory]
    [InlineData(5, 40, 1.0)]
    [InlineData(32, 96, 1.0)]
    [InlineData(32, 32, 1.0)]
    [InlineData(32, 96, 1e-3)]
    [InlineData(32, 96, 0)]
    public void Steps_on_the_product_are_the_steps_on_the_matrix(int rows, int columns, double smallest)
    {
        using var scope = PoolScope.Open();
        // rows of falling size, the smallest this share of the largest: singular values over many orders
        var scales = Enumerable.Range(0, rows).Select(row => (float)Math.Pow(Math.Max(smallest, 1e-12), (double)row / (rows - 1))).ToArray();
        var matrix = Tensor.RandomNormal([rows, columns], Foundation.Randomness.Rng.From(rows)) * Tensor.From(scales, [rows, 1]);
        matrix /= matrix.SumOfSquares().Sqrt();
        TestKit.TensorAssert.Close(NewtonSchulz.StepOnMatrix(matrix), NewtonSchulz.StepOnProduct(matrix), 1e-4, "orthogonal");
    }

    [Fact]
    public void A_stack_of_matrices_tall_and_wide_moves_as_each_alone()
    {
        Shape[] shapes = [[8, 20], [20, 8], [8, 8], [20, 8]];
        var together = shapes.Select((shape, i) => Matrix($"m{i}", shape, i)).ToArray();
        together[3].ClearGradient();
        new Optimizer([new ParameterGroup(ParameterRole.Matrix, true, together)], new OptimizerOptions { Kind = OptimizerKind.Muon }).Apply(0.1);
        for (var i = 0; i < 3; i++)
        {
            var alone = Matrix("m", shapes[i], i);
            new Optimizer([new ParameterGroup(ParameterRole.Matrix, true, [alone])], new OptimizerOptions { Kind = OptimizerKind.Muon }).Apply(0.1);
            Assert.Equal(alone.Value.ToArray(), together[i].Value.ToArray());
            Assert.Equal(1, together[i].Version);
        }
        Assert.Equal(0, together[3].Version);

        static Parameter Matrix(string name, Shape shape, int seed)
        {
            var parameter = new Parameter(name, Tensor.RandomNormal(shape, Foundation.Randomness.Rng.From(seed)));
            parameter.Accumulate(Tensor.RandomNormal(shape, Foundation.Randomness.Rng.From(100 + seed)));
            return parameter;
        }
    }

    [Fact]
    public void Parameters_without_a_gradient_stay()
    {
        var (moved, still) = (new Parameter("a", Tensor.Full([3], 1)), new Parameter("b", Tensor.Full([3], 1)));
        moved.Accumulate(Tensor.Full([3], 1));
        var optimizer = new Optimizer([new ParameterGroup(ParameterRole.Vector, true, [moved, still])], new OptimizerOptions());
        optimizer.Apply(0.1);
        Assert.Equal(1, moved.Version);
        Assert.Equal(0, still.Version);
        Assert.Equal([1f, 1f, 1f], still.Value.ToArray());
    }
}
