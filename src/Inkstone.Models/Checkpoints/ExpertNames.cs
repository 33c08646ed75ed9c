using System.Globalization;

namespace Inkstone.Models;

/// <summary>How files name the tensors of a mixture of experts.</summary>
/// <param name="Part">The mixture within a layer.</param>
/// <param name="Gate">The gate of an expert.</param>
/// <param name="Up">The other half of an expert's first product.</param>
/// <param name="Down">The second product.</param>
/// <param name="Shared">The shared expert.</param>
internal sealed record ExpertNames(string Part, string Gate = "gate_proj", string Up = "up_proj", string Down = "down_proj", string Shared = "shared_expert")
{
    /// <summary>Mixtral's folders.</summary>
    public static ExpertNames Mixtral { get; } = new("block_sparse_moe.", "w1", "w3", "w2");

    /// <summary>Qwen's folders.</summary>
    public static ExpertNames Qwen { get; } = new("mlp.");

    /// <summary>ERNIE's and DeepSeek's folders.</summary>
    public static ExpertNames Ernie { get; } = new("mlp.", Shared: "shared_experts");

    /// <summary>The tensors of a folder: a matrix an expert, or, in newer ones, all experts' gates and ups in one tensor.</summary>
    public void AddTo(CheckpointMap map, string layer, ExpertFeedForward experts)
    {
        var part = layer + Part;
        var usual = new CheckpointMap();
        AddEach(usual, part, Gate, experts.Gate);
        AddEach(usual, part, Up, experts.Up);
        AddEach(usual, part, Down, experts.Down);
        var fused = new CheckpointMap()
            .AddSplit(layer + "mlp.experts.gate_up_proj", [experts.Gate.Stack, experts.Up.Stack], axis: 1)
            .Add(layer + "mlp.experts.down_proj", experts.Down.Stack);
        map.AddEither(usual, fused).AddEither(
            new CheckpointMap().Add(part + "gate.weight", experts.Router.Scores.Matrix), new CheckpointMap().Add(layer + "mlp.gate.weight", experts.Router.Scores.Matrix));
        if (experts.Router.ChoiceBias is { } choice)
            map.Add(part + "moe_statics.e_score_correction_bias", choice, new UnderOneRow());
        if (experts.Shared is not { } shared)
            return;
        map.Add($"{part}{Shared}.gate_proj.weight", shared.FeedForward.Gate.Matrix).Add($"{part}{Shared}.up_proj.weight", shared.FeedForward.Up.Matrix)
            .Add($"{part}{Shared}.down_proj.weight", shared.FeedForward.Down.Matrix);
        if (shared.Gate is not null)
            map.Add($"{part}{Shared}_gate.weight", shared.Gate.Matrix);
    }

    /// <summary>The tensors of a GGUF file.</summary>
    public static void AddToGguf(CheckpointMap map, string layer, ExpertFeedForward experts)
    {
        map.Add(layer + "ffn_gate_inp.weight", experts.Router.Scores.Matrix);
        AddStack(map, layer + "ffn_gate_exps", experts.Gate);
        AddStack(map, layer + "ffn_up_exps", experts.Up);
        AddStack(map, layer + "ffn_down_exps", experts.Down);
        if (experts.Router.Scores.Bias is { } bias)
            map.Add(layer + "ffn_gate_inp.bias", bias);
        if (experts.Router.ChoiceBias is { } choice)
            map.Add(layer + "exp_probs_b.bias", choice);
        if (experts.Shared is not { } shared)
            return;
        map.Add(layer + "ffn_gate_shexp.weight", shared.FeedForward.Gate.Matrix).Add(layer + "ffn_up_shexp.weight", shared.FeedForward.Up.Matrix)
            .Add(layer + "ffn_down_shexp.weight", shared.FeedForward.Down.Matrix);
        if (shared.Gate is not null)
            map.Add(layer + "ffn_gate_inp_shexp.weight", shared.Gate.Matrix, new OneRow());
    }

    private static void AddStack(CheckpointMap map, string name, ExpertLinear linear)
    {
        map.Add(name + ".weight", linear.Stack);
        if (linear.Bias is not null)
            map.Add(name + ".bias", linear.Bias);
    }

    private static void AddEach(CheckpointMap map, string part, string name, ExpertLinear linear)
    {
        var experts = linear.Stack.Value.Shape[0];
        map.AddFused([.. Enumerable.Range(0, experts).Select(e => string.Create(CultureInfo.InvariantCulture, $"{part}experts.{e}.{name}.weight"))], linear.Stack, 0, new Stacked());
    }
}
