using Inkstone.Foundation.Randomness;
using Inkstone.Models;
using Inkstone.Tensors;
using Inkstone.TestKit;

namespace Inkstone.Training.Tests;

/// <summary>Twenty steps of a small GPT, step for step as PyTorch made them.</summary>
public sealed class GptTrainingGoldenTests
{
    private static readonly GoldenCase Run = Golden.Load("gpt_training.json")["gpt2_2layer_20steps"];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Losses_logits_and_norms_are_PyTorch_s(bool onReference)
    {
        Backend backend = onReference ? ReferenceBackend.Single : Backend.Default;
        var model = StartModel(backend);
        var tokens = Run.Tensor("tokens");
        var (sequences, length) = (tokens.Extents[0] * tokens.Extents[1], tokens.Extents[2]);
        var ids = tokens.Data.Select(id => (int)id).ToArray();
        var data = TokenDataset.FromPacked(ids, [.. Enumerable.Range(0, sequences).Select(s => s * length)], length - 1);

        CheckLogits(model, ids.Chunk(length).Take(4).SelectMany(s => s[..^1]).ToArray(), length - 1);

        var trainer = new Trainer(model, data, new NextToken(), new TrainingOptions
        {
            Steps = 20,
            BatchRows = 4 * (length - 1),
            LearningRate = 3e-3,
            Schedule = ScheduleKind.Constant,
            GradientClip = 1,
            Shuffle = false,
            Optimizer = new() { Kind = OptimizerKind.AdamW, Beta1 = 0.9, Beta2 = 0.95, WeightDecay = 0.1, DecayEverything = true },
        });
        var (losses, norms) = (Run.Numbers("losses"), Run.Numbers("grad_norms"));
        foreach (var step in trainer.Run())
        {
            var i = (int)step.Number - 1;
            Assert.True(Math.Abs(step.Loss - losses[i]) <= 1e-4 * losses[i], $"step {i}: loss {step.Loss}, expected {losses[i]}");
            Assert.True(Math.Abs(step.GradientNorm - norms[i]) <= 1e-4 * norms[i], $"step {i}: norm {step.GradientNorm}, expected {norms[i]}");
        }
        Assert.Equal(20, trainer.Step);
    }

    private static void CheckLogits(Gpt2 model, int[] tokens, int length)
    {
        using var scope = PoolScope.Open();
        var pass = FullPass.Over(tokens, TokenLayout.Uniform(4, length), model.Backend);
        var expected = Run.Tensor("logits_step0");
        TensorAssert.Close(expected.Data, model.Head.Forward(model.Forward(pass), pass).ToDoubles(), 1e-5, "logits");
    }

    private static Gpt2 StartModel(Backend backend)
    {
        var model = new Gpt2(new Gpt2Config { VocabularySize = 61, ContextLength = 24, Width = 32, LayerCount = 2, HeadCount = 4 }, Rng.From(0), backend);
        var start = Run.NamedTensors("start");
        foreach (var parameter in model.Parameters)
        {
            Assert.True(start.Remove(NameOf(parameter.Name), out var value), parameter.Name);
            parameter.Set(value.ToTensor(backend));
        }
        Assert.Empty(start);
        return model;
    }

    private static string NameOf(string name) => name
        .Replace("position_embedding", "wpe", StringComparison.Ordinal).Replace("embedding", "wte", StringComparison.Ordinal)
        .Replace("blocks", "h", StringComparison.Ordinal).Replace("attention_norm", "ln_1", StringComparison.Ordinal)
        .Replace("feed_forward_norm", "ln_2", StringComparison.Ordinal).Replace("attention.query_key_value", "c_attn", StringComparison.Ordinal)
        .Replace("attention.output", "c_proj", StringComparison.Ordinal).Replace("feed_forward.up", "c_fc", StringComparison.Ordinal)
        .Replace("feed_forward.down", "mlp_proj", StringComparison.Ordinal).Replace("final_norm", "ln_f", StringComparison.Ordinal);
}
