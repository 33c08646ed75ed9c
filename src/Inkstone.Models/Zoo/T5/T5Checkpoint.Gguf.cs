using Inkstone.Foundation.Errors;
using Inkstone.Tensors;

namespace Inkstone.Models;

/// <content>GGUF's t5, whose readers know two forms: a plain ReLU, and a gate of GELU by tanh.</content>
public sealed partial class T5Checkpoint
{
    // ours: other readers have it fixed
    private const string LongestDistance = "attention.relative_longest_distance";
    private const int UsualDistance = 128;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Architectures => ["t5"];

    /// <inheritdoc/>
    public override ModelConfig ReadGguf(GgufFields fields)
    {
        fields.Ignore("attention.layer_norm_epsilon");
        var sizes = GgufSizes.Read(fields, sharesKeys: false);
        var headWidth = fields.GetInt32("attention.key_length", 1, 4_096, sizes.HeadWidth);
        fields.Require("T5", headWidth, "attention.value_length");
        var gated = fields.ShapeOf("enc.blk.0.ffn_gate.weight") is not null;
        return new T5Config
        {
            VocabularySize = fields.VocabularySize,
            ContextLength = sizes.ContextLength,
            Width = sizes.Width,
            EncoderLayerCount = sizes.LayerCount,
            DecoderLayerCount = fields.GetInt32("decoder_block_count", 1, 4_096, sizes.LayerCount),
            HeadCount = sizes.HeadCount,
            HeadWidth = headWidth,
            HiddenWidth = sizes.HiddenWidth,
            Activation = gated ? UnaryFunction.GeluTanh : UnaryFunction.Relu,
            Gated = gated,
            BucketCount = fields.GetInt32("attention.relative_buckets_count", 4, 1 << 16),
            LongestDistance = fields.GetInt32(LongestDistance, 1, 1 << 24, UsualDistance),
            TiedHead = fields.ShapeOf("output.weight") is null,
            TargetStart = fields.GetInt32("decoder_start_token_id", 0, 1 << 24, 0),
            NormEpsilon = fields.GetDouble("attention.layer_norm_rms_epsilon", 1e-12, 1),
        };
    }

    /// <inheritdoc/>
    public override void WriteGguf(ModelConfig config, GgufFieldWriter fields)
    {
        var t5 = (T5Config)config;
        if ((t5.Activation, t5.Gated) is not ((UnaryFunction.Relu, false) or (UnaryFunction.GeluTanh, true)))
            throw new InkstoneRequestException("GGUF has no such network", nameof(T5Config.Activation), "ReLU without a gate, or a gate of GELU by tanh", $"{t5.Activation}");
        if (t5.ScaledHead is not null)
            throw new InkstoneRequestException("GGUF has no such network", nameof(T5Config.ScaledHead), "scaled where it is tied");
        new GgufSizes(t5.ContextLength, t5.Width, t5.EncoderLayerCount, t5.HiddenWidth, t5.HeadCount, t5.HeadCount).Write(fields).Set("decoder_block_count", t5.DecoderLayerCount)
            .Set("attention.key_length", t5.HeadWidth).Set("attention.value_length", t5.HeadWidth).Set("attention.relative_buckets_count", t5.BucketCount)
            .Set("attention.layer_norm_epsilon", t5.NormEpsilon).Set("attention.layer_norm_rms_epsilon", t5.NormEpsilon).Set("decoder_start_token_id", t5.TargetStart);
        if (t5.LongestDistance != UsualDistance)
            fields.Set(LongestDistance, t5.LongestDistance);
    }

    /// <inheritdoc/>
    public override CheckpointMap GgufMap(Model model)
    {
        var t5 = (T5)model;
        var map = new CheckpointMap()
            .Add("token_embd.weight", t5.Embedding.Parameters.Single())
            .Add("enc.blk.0.attn_rel_b.weight", t5.EncoderBias)
            .Add("dec.blk.0.attn_rel_b.weight", t5.DecoderBias)
            .Add("enc.output_norm", t5.Layers.EncoderNorm!)
            .Add("dec.output_norm", t5.Layers.DecoderNorm!)
            .Ignore(name => name == "dec.blk.0.cross_attn_rel_b.weight");
        if (t5.Output is null)
            map.AddTied("output.weight");
        else
            map.Add("output", t5.Output);
        foreach (var block in t5.Layers.Encoder.Blocks.Cast<EncoderBlock>())
            AddGgufBlock(map, $"enc.blk.{block.Layer}.", block);
        foreach (var block in t5.Layers.Decoder.Blocks.Cast<DecoderBlock>())
        {
            var layer = $"dec.blk.{block.Layer}.";
            AddGgufBlock(map, layer, block);
            AddGgufAttention(map, layer + "cross_attn_", block.SourceAttention, block.SourceNorm);
        }
        return map;
    }

    private static void AddGgufBlock(CheckpointMap map, string layer, TransformerBlock block)
    {
        AddGgufAttention(map, layer + "attn_", block.Attention, block.AttentionNorm);
        map.Add(layer + "ffn_norm", block.FeedForwardNorm).AddFeedForward(layer, block.FeedForward);
    }

    private static void AddGgufAttention(CheckpointMap map, string part, MultiHeadAttention attention, Norm norm) =>
        map.Add(part + "norm", norm).Add(part + "q", attention.Query).Add(part + "k", attention.Key).Add(part + "v", attention.Value).Add(part + "o", attention.Output);
}
