using Inkstone.Models;
using Inkstone.Tensors;
using Inkstone.TestKit;

namespace Inkstone.Training.Tests;

/// <summary>Every rule against the updates PyTorch made.</summary>
public sealed class OptimiserGoldenTests
{
    private static readonly Golden Vectors = Golden.Load("optimisers.json");

    public static TheoryData<string, bool> Rules()
    {
        var rules = new TheoryData<string, bool>();
        foreach (var name in Vectors.Names.Where(name => name != "clip_grad_norm_1.0"))
        {
            rules.Add(name, false);
            rules.Add(name, true);
        }
        return rules;
    }

    [Theory]
    [MemberData(nameof(Rules))]
    public void Updates_are_PyTorch_s(string name, bool onReference)
    {
        Backend backend = onReference ? ReferenceBackend.Single : Backend.Default;
        var golden = Vectors[name];
        var (options, rate) = OptionsOf(name);
        var parameter = new Parameter("p", golden.Tensor("start").ToTensor(backend));
        var optimizer = new Optimizer([new ParameterGroup(ParameterRole.Matrix, true, [parameter])], options);
        var after = golden.Tensors("after_step");
        foreach (var (step, gradient) in golden.Tensors("grads").Index())
        {
            parameter.ClearGradient();
            parameter.Accumulate(gradient!.ToTensor(backend));
            optimizer.Apply(rate);
            TensorAssert.Close(after[step]!, parameter.Value, options.Kind == OptimizerKind.Muon ? 1e-4 : 1e-6, $"{name} step {step}");
        }
        Assert.Equal(after.Length, parameter.Version);
    }

    [Fact]
    public void Clipping_is_PyTorch_s()
    {
        var golden = Vectors["clip_grad_norm_1.0"];
        var parameters = golden.Tensors("before").Select((before, i) =>
        {
            var parameter = new Parameter($"p{i}", before!.ToTensor().ZerosLike());
            parameter.Accumulate(before.ToTensor());
            return parameter;
        }).ToList();
        var optimizer = new Optimizer(
            [new ParameterGroup(ParameterRole.Matrix, true, parameters)],
            new OptimizerOptions { Kind = OptimizerKind.Sgd, Momentum = 0, WeightDecay = 0 });
        var norm = optimizer.GradientNorm().ToScalar();
        Assert.Equal(golden.Number("norm"), norm, 1e-6 * norm);
        optimizer.Apply(1, Optimizer.ClipScale(norm, 1));
        foreach (var (i, expected) in golden.Tensors("after").Index())
            TensorAssert.Close(expected!.Data.Select(x => -x).ToArray(), parameters[i].Value.ToDoubles(), 1e-6, $"clipped gradient {i}");
        Assert.Equal(1, Optimizer.ClipScale(0.5, 1));
        Assert.Equal(1, Optimizer.ClipScale(50, 0));
    }

    private static (OptimizerOptions Options, double Rate) OptionsOf(string name) => name switch
    {
        "adamw" => (new() { Kind = OptimizerKind.AdamW, WeightDecay = 0.1 }, 1e-2),
        "adam" => (new() { Kind = OptimizerKind.Adam, Beta2 = 0.999, WeightDecay = 0 }, 1e-2),
        "sgd_momentum" => (new() { Kind = OptimizerKind.Sgd, Momentum = 0.9, Nesterov = true, WeightDecay = 1e-3 }, 1e-2),
        "rmsprop" => (new() { Kind = OptimizerKind.RmsProp, Beta2 = 0.99, WeightDecay = 0 }, 1e-2),
        "adagrad" => (new() { Kind = OptimizerKind.Adagrad, Epsilon = 1e-10, WeightDecay = 0 }, 1e-1),
        _ => (new() { Kind = OptimizerKind.Muon, Momentum = Vectors[name].Number("momentum"), WeightDecay = Vectors[name].Number("weight_decay") },
            Vectors[name].Number("learning_rate")),
    };
}
