namespace Inkstone.Models;

/// <summary>The names that most decoders' folders share, which are Llama's.</summary>
internal static class FolderNames
{
    /// <summary>What rotary layers kept in older files.</summary>
    public const string RotaryBuffer = ".rotary_emb.inv_freq";

    /// <summary>What stands around the blocks.</summary>
    /// <param name="model">The decoder.</param>
    /// <param name="normChanges">What the last norm differs in.</param>
    public static CheckpointMap Around(DecoderModel model, params TensorChange[] normChanges) =>
        new CheckpointMap().AddAround(model, "model.embed_tokens", "model.norm", "lm_head", normChanges: normChanges).IgnoreEndings(RotaryBuffer);

    /// <summary>Queries, keys, values and the way back to the stream.</summary>
    /// <param name="map">Takes the tensors.</param>
    /// <param name="layer">What the names begin with.</param>
    /// <param name="query">Queries.</param>
    /// <param name="key">Keys.</param>
    /// <param name="value">Values.</param>
    /// <param name="output">The heads' results back to the stream.</param>
    /// <param name="turned">What queries and keys differ in.</param>
    public static CheckpointMap AddSelfAttention(this CheckpointMap map, string layer, Linear query, Linear key, Linear value, Linear output, params TensorChange[] turned) =>
        map.Add(layer + "self_attn.q_proj", query, turned).Add(layer + "self_attn.k_proj", key, turned).Add(layer + "self_attn.v_proj", value)
            .Add(layer + "self_attn.o_proj", output);

    /// <summary>A feed-forward of any kind.</summary>
    /// <param name="map">Takes the tensors.</param>
    /// <param name="layer">What the names begin with.</param>
    /// <param name="feedForward">The feed-forward.</param>
    /// <param name="names">The family's names of experts, where it may have them.</param>
    public static CheckpointMap AddMlp(this CheckpointMap map, string layer, FeedForward feedForward, ExpertNames? names = null)
    {
        if (feedForward is not ExpertFeedForward experts || names is null)
            return map.Add(feedForward, layer + "mlp.gate_proj", layer + "mlp.up_proj", layer + "mlp.down_proj");
        names.AddTo(map, layer, experts);
        return map;
    }
}
