namespace Inkstone.Models;

/// <summary>The names that GGUF's architectures share for the parts of a block.</summary>
internal static class GgufNames
{
    /// <summary>ε of the norms, among the values.</summary>
    public static string EpsilonOf(NormKind norm) => norm == NormKind.Layer ? "attention.layer_norm_epsilon" : "attention.layer_norm_rms_epsilon";

    /// <summary>What stands around the blocks.</summary>
    public static CheckpointMap Around(DecoderModel model) => new CheckpointMap().AddAround(model, "token_embd", "output_norm", "output", "position_embd").Ignore(RotaryGguf.IsTable);

    /// <summary>All of a decoder of fused blocks with two norms each.</summary>
    public static CheckpointMap OfFused(DecoderModel model)
    {
        var map = Around(model);
        foreach (var block in model.Stack.Blocks.Cast<FusedBlock>())
        {
            var layer = $"blk.{block.Layer}.";
            map.Add(layer + "attn_norm", block.AttentionNorm).AddFusedAttention(layer, block.QueryKeyValue, block.Output)
                .Add(layer + "ffn_norm", block.FeedForwardNorm!).AddFeedForward(layer, block.FeedForward);
        }
        return map;
    }

    /// <summary>One product for queries, keys and values, and the way back to the stream.</summary>
    public static CheckpointMap AddFusedAttention(this CheckpointMap map, string layer, Linear queryKeyValue, Linear output) =>
        map.Add(layer + "attn_qkv", queryKeyValue).Add(layer + "attn_output", output);

    /// <summary>Queries, keys, values and the way back to the stream.</summary>
    /// <param name="map">Takes the tensors.</param>
    /// <param name="layer">What the names begin with.</param>
    /// <param name="query">Queries.</param>
    /// <param name="key">Keys.</param>
    /// <param name="value">Values.</param>
    /// <param name="output">The heads' results back to the stream.</param>
    /// <param name="turned">What queries and keys differ in.</param>
    public static CheckpointMap AddAttention(this CheckpointMap map, string layer, Linear query, Linear key, Linear value, Linear output, params TensorChange[] turned) =>
        map.Add(layer + "attn_q", query, turned).Add(layer + "attn_k", key, turned).Add(layer + "attn_v", value).Add(layer + "attn_output", output);

    /// <summary>A feed-forward of any kind.</summary>
    public static CheckpointMap AddFeedForward(this CheckpointMap map, string layer, FeedForward feedForward)
    {
        if (feedForward is not ExpertFeedForward experts)
            return map.Add(feedForward, layer + "ffn_gate", layer + "ffn_up", layer + "ffn_down");
        ExpertNames.AddToGguf(map, layer, experts);
        return map;
    }
}
