using System.Text.Json;
using Inkstone.Foundation.Formats;
using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>T5, its version 1.1 and mT5 as Hugging Face's files and GGUF's have them.</summary>
public sealed partial class T5Checkpoint : ModelFamily
{
    private static readonly (string Name, UnaryFunction Function, bool Gated)[] FeedForwards =
    [
        ("relu", UnaryFunction.Relu, false), ("gated-gelu", UnaryFunction.GeluTanh, true), ("gated-silu", UnaryFunction.Silu, true), ("gelu", UnaryFunction.GeluErf, false),
        ("gelu_new", UnaryFunction.GeluTanh, false), ("gated-relu", UnaryFunction.Relu, true),
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Names => ["t5", "mt5"];

    /// <inheritdoc/>
    public override IReadOnlyList<ModelConfig> TinyConfigs
    {
        get
        {
            var tiny = new T5Config
            {
                VocabularySize = 61,
                ContextLength = 96,
                Width = 32,
                EncoderLayerCount = 2,
                DecoderLayerCount = 3,
                HeadCount = 4,
                HeadWidth = 6,
                HiddenWidth = 48,
                BucketCount = 8,
                LongestDistance = 20,
                InitialDeviation = 0.2,
            };
            return [tiny, tiny with { Gated = true, Activation = UnaryFunction.GeluTanh, TiedHead = false, TargetStart = 5 }];
        }
    }

    /// <inheritdoc/>
    public override ModelConfig ReadConfig(JsonObjectReader json)
    {
        CommonKeys.Ignore(json);
        json.Ignore("output_past", "is_encoder_decoder", "dense_act_fn", "is_gated_act", "initializer_factor", "n_positions", "classifier_dropout");
        var layers = json.GetInt32("num_layers", 1, 4_096);
        var kind = json.GetChoice("feed_forward_proj", [.. FeedForwards.Select(known => known.Name)], "relu");
        var (_, activation, gated) = FeedForwards.First(known => known.Name == kind);
        var isTied = json.GetBoolean("tie_word_embeddings", true);
        var isScaled = json.GetBoolean("scale_decoder_outputs", isTied);
        return new T5Config
        {
            VocabularySize = json.GetInt32("vocab_size", 1, 1 << 24),
            ContextLength = json.GetInt32("n_positions", 1, 1 << 24, 512),
            Width = json.GetInt32("d_model", 1, 1 << 20),
            EncoderLayerCount = layers,
            DecoderLayerCount = json.GetInt32("num_decoder_layers", 1, 4_096, layers),
            HeadCount = json.GetInt32("num_heads", 1, 4_096),
            HeadWidth = json.GetInt32("d_kv", 1, 4_096),
            HiddenWidth = json.GetInt32("d_ff", 1, 1 << 22),
            Activation = activation,
            Gated = gated,
            BucketCount = json.GetInt32("relative_attention_num_buckets", 4, 1 << 16, 32),
            LongestDistance = json.GetInt32("relative_attention_max_distance", 1, 1 << 24, 128),
            TiedHead = isTied,
            ScaledHead = isScaled == isTied ? null : isScaled,
            TargetStart = json.GetInt32("decoder_start_token_id", 0, 1 << 24, 0),
            Dropout = json.GetDouble("dropout_rate", 0, 0.99, 0.1),
            NormEpsilon = json.GetDouble("layer_norm_epsilon", 1e-12, 1, 1e-6),
            InitialDeviation = json.GetDouble("initializer_range", 0, 10, 0.02),
        };
    }

    /// <inheritdoc/>
    public override void WriteConfig(ModelConfig config, Utf8JsonWriter json)
    {
        var t5 = (T5Config)config;
        CommonKeys.Begin(json, t5.Family, "T5ForConditionalGeneration");
        json.WriteBoolean("is_encoder_decoder", true);
        json.WriteNumber("vocab_size", t5.VocabularySize);
        json.WriteNumber("n_positions", t5.ContextLength);
        json.WriteNumber("d_model", t5.Width);
        json.WriteNumber("num_layers", t5.EncoderLayerCount);
        json.WriteNumber("num_decoder_layers", t5.DecoderLayerCount);
        json.WriteNumber("num_heads", t5.HeadCount);
        json.WriteNumber("d_kv", t5.HeadWidth);
        json.WriteNumber("d_ff", t5.HiddenWidth);
        json.WriteString("feed_forward_proj", FeedForwards.First(known => (known.Function, known.Gated) == (t5.Activation, t5.Gated)).Name);
        json.WriteNumber("relative_attention_num_buckets", t5.BucketCount);
        json.WriteNumber("relative_attention_max_distance", t5.LongestDistance);
        json.WriteBoolean("tie_word_embeddings", t5.TiedHead);
        if (t5.ScaledHead is { } isScaled)
            json.WriteBoolean("scale_decoder_outputs", isScaled);
        json.WriteNumber("decoder_start_token_id", t5.TargetStart);
        json.WriteFinite("dropout_rate", t5.Dropout);
        json.WriteFinite("layer_norm_epsilon", t5.NormEpsilon);
        CommonKeys.End(json, t5.InitialDeviation);
    }

    /// <inheritdoc/>
    public override Model Create(ModelConfig config, ParameterSource source) => new T5((T5Config)config, source);

    /// <inheritdoc/>
    public override CheckpointMap Map(Model model)
    {
        var t5 = (T5)model;
        // the first version's files repeat the embedding, and hold a table for cross-attention that nothing ever read
        var map = new CheckpointMap()
            .Add("shared.weight", t5.Embedding.Parameters.Single())
            .AddTied("encoder.embed_tokens.weight")
            .AddTied("decoder.embed_tokens.weight")
            .Ignore(name => name == "decoder.block.0.layer.1.EncDecAttention.relative_attention_bias.weight")
            .Add("encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight", t5.EncoderBias)
            .Add("decoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight", t5.DecoderBias)
            .Add("encoder.final_layer_norm", (RmsNorm)t5.Layers.EncoderNorm!)
            .Add("decoder.final_layer_norm", (RmsNorm)t5.Layers.DecoderNorm!);
        if (t5.Output is null)
            map.AddTied("lm_head.weight");
        else
            map.Add("lm_head", t5.Output);
        foreach (var block in t5.Layers.Encoder.Blocks.Cast<EncoderBlock>())
        {
            AddAttention(map, $"encoder.block.{block.Layer}.layer.0.", "SelfAttention", block.Attention, block.AttentionNorm);
            AddFeedForward(map, $"encoder.block.{block.Layer}.layer.1.", block);
        }
        foreach (var block in t5.Layers.Decoder.Blocks.Cast<DecoderBlock>())
        {
            AddAttention(map, $"decoder.block.{block.Layer}.layer.0.", "SelfAttention", block.Attention, block.AttentionNorm);
            AddAttention(map, $"decoder.block.{block.Layer}.layer.1.", "EncDecAttention", block.SourceAttention, block.SourceNorm);
            AddFeedForward(map, $"decoder.block.{block.Layer}.layer.2.", block);
        }
        return map;
    }

    private static void AddAttention(CheckpointMap map, string part, string name, MultiHeadAttention attention, Norm norm) =>
        map.Add(part + "layer_norm", (RmsNorm)norm).Add($"{part}{name}.q", attention.Query).Add($"{part}{name}.k", attention.Key).Add($"{part}{name}.v", attention.Value)
            .Add($"{part}{name}.o", attention.Output);

    private static void AddFeedForward(CheckpointMap map, string part, TransformerBlock block)
    {
        map.Add(part + "layer_norm", (RmsNorm)block.FeedForwardNorm);
        if (block.FeedForward is GatedFeedForward gated)
            map.Add(part + "DenseReluDense.wi_0", gated.Gate).Add(part + "DenseReluDense.wi_1", gated.Up).Add(part + "DenseReluDense.wo", gated.Down);
        else if (block.FeedForward is PlainFeedForward plain)
            map.Add(part + "DenseReluDense.wi", plain.Up).Add(part + "DenseReluDense.wo", plain.Down);
    }
}
