using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Formats;
using Inkstone.Foundation.Randomness;
using Inkstone.Tensors;
using Inkstone.TestKit;

namespace Inkstone.Models.Tests;

/// <summary>Mixtures of experts and latent attention in Hugging Face's layout, against PyTorch; and the other forms that files have them in.</summary>
public sealed class ExpertOracleTests
{
    private static readonly Golden Vectors = Golden.Load("experts.json");

    public static TheoryData<string, bool> Cases
    {
        get
        {
            var cases = new TheoryData<string, bool>();
            foreach (var name in Vectors.Names)
            {
                cases.Add(name, true);
                cases.Add(name, false);
            }
            return cases;
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void LogProbabilities(string name, bool isFrozen)
    {
        var golden = Vectors[name];
        using var folder = new OracleFolder(golden);
        var model = ModelFolder.Load(folder.Path, options: isFrozen ? LoadOptions.ForUse : LoadOptions.Trainable);
        TensorAssert.Close(golden.Tensor("logarithms").Data, Logarithms(model, golden), 5e-6, name);
    }

    [Fact]
    public void ExpertsInOneTensorAreRead()
    {
        var golden = Vectors["mixtral"];
        using var folder = new OracleFolder(golden);
        var path = Path.Combine(folder.Path, "model.safetensors");
        var model = (Llama)ModelFolder.Load(folder.Path);
        var sources = new List<SafetensorsSource>();
        using (var file = SafetensorsFile.Open(path))
            foreach (var tensor in file.Header.Tensors.Where(tensor => !tensor.Name.Contains("block_sparse_moe", StringComparison.Ordinal)))
            {
                var bytes = new byte[tensor.Shape.Aggregate(sizeof(float), (product, extent) => product * (int)extent)];
                file.Read(tensor, 0, bytes);
                sources.Add(new(tensor.Name, tensor.Type, [.. tensor.Shape], stream => stream.Write(bytes)));
            }
        foreach (var block in model.Stack.Blocks.Cast<LlamaBlock>())
        {
            var experts = (ExpertFeedForward)block.FeedForward;
            var (gate, up, down) = (Stack(experts.Gate), Stack(experts.Up), Stack(experts.Down));
            Add($"model.layers.{block.Layer}.mlp.experts.gate_up_proj", () => Tensor.Concatenate(1, gate, up));
            Add($"model.layers.{block.Layer}.mlp.experts.down_proj", () => down);
            Add($"model.layers.{block.Layer}.mlp.gate.weight", () => experts.Router.Scores.Matrix.Value);
        }
        using (var file = File.Create(path + ".new"))
            SafetensorsWriter.Write(sources, null, file);
        File.Move(path + ".new", path, overwrite: true);
        foreach (var options in (LoadOptions[])[LoadOptions.Trainable, LoadOptions.ForUse])
            TensorAssert.Close(golden.Tensor("logarithms").Data, Logarithms(ModelFolder.Load(folder.Path, options: options), golden), 5e-6, "fused");

        static Tensor Stack(ExpertLinear linear) => ((DenseWeight)linear.Weight).Parameter.Value;

        void Add(string name, Func<Tensor> make) =>
            sources.Add(new(name, SafetensorsType.F32, [.. Shape(make()).Select(extent => (long)extent)], stream =>
            {
                using var scope = PoolScope.Open();
                WeightBytes.Write(make().Contiguous(), stream);
            }));

        static int[] Shape(Tensor tensor) => [.. tensor.Shape];
    }

    [Theory]
    [InlineData("qwen2_moe", "\"decoder_sparse_step\":1", "\"decoder_sparse_step\":2", "decoder_sparse_step")]
    [InlineData("qwen2_moe", "\"mlp_only_layers\":[]", "\"mlp_only_layers\":[0]", "mlp_only_layers")]
    [InlineData("ernie4_5_moe", "\"moe_layer_interval\":1", "\"moe_layer_interval\":2", "moe_layer_interval")]
    [InlineData("deepseek_v2", "\"greedy\"", "\"group_limited_greedy\"", "topk_method")]
    [InlineData("deepseek_v2", "\"scoring_func\":\"softmax\"", "\"scoring_func\":\"sigmoid\"", "scoring_func")]
    [InlineData("gpt_oss", "\"swiglu_limit\":7.0", "\"swiglu_limit\":5.0", "swiglu_limit")]
    [InlineData("gpt_oss", "\"swiglu_limit\":7.0", "\"quantization_config\":{\"quant_method\":\"fp8\"}", "fp8")]
    public void WhatIsNotKnownIsRefusedByName(string name, string from, string to, string named)
    {
        using var folder = new OracleFolder(Vectors[name]);
        var path = Path.Combine(folder.Path, ModelFolder.ConfigName);
        var text = File.ReadAllText(path);
        Assert.Contains(from, text);
        File.WriteAllText(path, text.Replace(from, to));
        Assert.Contains(named, Assert.Throws<InkstoneFormatException>(() => ModelFolder.Load(folder.Path)).ToString());
    }

    [Fact]
    public void AMixtureIsDroplessAndWeighed()
    {
        using var scope = PoolScope.Open();
        var source = new ParameterSource("", Rng.From(1), Backend.Default);
        var experts = new ExpertFeedForward(source, 8, new ExpertOptions { Count = 6, Chosen = 6, HiddenWidth = 5 }, 0.5, 0.5);
        var x = Tensor.RandomNormal([40, 8], Rng.From(2));
        var pass = FullPass.Over(new TokenLayout(0, 40));
        var shares = experts.Router.Scores.Forward(x, pass).Softmax();
        var expected = Tensor.Zeros([40, 8]);
        for (var e = 0; e < 6; e++)
        {
            var numbers = Tensor.From(Enumerable.Repeat(e, 40).ToArray(), [40]);
            var hidden = Tensor.SwiGlu(experts.Gate.Forward(x, numbers, pass), experts.Up.Forward(x, numbers, pass));
            expected += experts.Down.Forward(hidden, numbers, pass) * shares.Slice(1, e, 1);
        }
        TensorAssert.Close(expected.ToDoubles(), experts.Forward(x, pass).ToDoubles(), 2e-6, "all experts");
        Assert.Equal(2 * 8 * 6 + 6 * 3 * 2 * 8 * 5, experts.FlopsPerRow);
    }

    private static double[] Logarithms(Model model, GoldenCase golden)
    {
        using var scope = PoolScope.Open();
        int[] tokens = [.. golden.Numbers("tokens").Select(number => (int)number)], rows = [.. golden.Numbers("rows").Select(number => (int)number)];
        var pass = FullPass.Over(tokens, new TokenLayout(0, tokens.Length), model.Backend, wantedRows: rows);
        return model.Head.Forward(model.Forward(pass), pass).LogSoftmax().ToDoubles();
    }
}
