using System.Text.Json;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Formats;
using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>BERT, RoBERTa and what has their form (XLM-RoBERTa, CamemBERT), as Hugging Face's files and GGUF's have them. Layers for pretraining alone are left out.</summary>
public sealed class BertCheckpoint : ModelFamily
{
    private static readonly (string Name, UnaryFunction Function)[] Activations =
    [
        ("gelu", UnaryFunction.GeluErf), ("gelu_new", UnaryFunction.GeluTanh), ("gelu_pytorch_tanh", UnaryFunction.GeluTanh), ("relu", UnaryFunction.Relu), ("silu", UnaryFunction.Silu),
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Names => ["bert", "roberta", "xlm-roberta", "camembert"];

    /// <inheritdoc/>
    public override string? NotDecodedBecause => "every row of an encoder sees the rows after it";

    /// <inheritdoc/>
    public override IReadOnlyList<ModelConfig> TinyConfigs
    {
        get
        {
            var tiny = new BertConfig { VocabularySize = 61, ContextLength = 96, Width = 32, LayerCount = 2, HeadCount = 4, HiddenWidth = 48, InitialDeviation = 0.2 };
            return [tiny with { HasPooler = true }, tiny with { FirstPosition = 2, TokenTypeCount = 1 }, tiny with { Activation = UnaryFunction.GeluTanh }];
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Architectures => ["bert"];

    /// <inheritdoc/>
    public override ModelConfig ReadConfig(JsonObjectReader json)
    {
        CommonKeys.Ignore(json);
        json.Ignore("directionality", "pooler_fc_size", "pooler_num_attention_heads", "pooler_num_fc_layers", "pooler_size_per_head", "pooler_type", "output_past",
            "problem_type", "finetuning_task", "tie_word_embeddings");
        json.GetChoice("position_embedding_type", ["absolute"], "absolute");
        CommonKeys.Require(json, "BERT", ("is_decoder", false), ("add_cross_attention", false));
        var family = json.GetString("model_type");
        var activation = json.GetChoice("hidden_act", [.. Activations.Select(known => known.Name)], "gelu");
        var first = family == "bert" ? 0 : json.GetInt32("pad_token_id", 0, 1 << 16, 1) + 1;
        var config = new BertConfig
        {
            VocabularySize = json.GetInt32("vocab_size", 1, 1 << 24),
            ContextLength = json.GetInt32("max_position_embeddings", first + 1, 1 << 24, 512 + first) - first,
            Width = json.GetInt32("hidden_size", 1, 1 << 20, 768),
            LayerCount = json.GetInt32("num_hidden_layers", 1, 4_096, 12),
            HeadCount = json.GetInt32("num_attention_heads", 1, 4_096, 12),
            HiddenWidth = json.GetInt32("intermediate_size", 1, 1 << 22, 3_072),
            Activation = Activations.First(known => known.Name == activation).Function,
            TokenTypeCount = json.GetInt32("type_vocab_size", 1, 1 << 16, 2),
            FirstPosition = first,
            Dropout = json.GetDouble("hidden_dropout_prob", 0, 0.99, 0.1),
            AttentionDropout = json.GetDouble("attention_probs_dropout_prob", 0, 0.99, 0.1),
            NormEpsilon = json.GetDouble("layer_norm_eps", 1e-12, 1, 1e-12),
            InitialDeviation = json.GetDouble("initializer_range", 0, 10, 0.02),
        };
        return config.Family == family ? config : config with { PublishedAs = family };
    }

    /// <inheritdoc/>
    public override ModelConfig Completed(ModelConfig config, Func<string, bool> hasTensor)
    {
        var bert = (BertConfig)config;
        return bert with { HasPooler = hasTensor("pooler.dense.weight") || hasTensor(PrefixOf(bert) + "pooler.dense.weight") };
    }

    /// <inheritdoc/>
    public override void WriteConfig(ModelConfig config, Utf8JsonWriter json)
    {
        var bert = (BertConfig)config;
        if (bert.TokenTypeCount == 0)
            throw new InkstoneRequestException("the family's files have no such network", nameof(BertConfig.TokenTypeCount), "1 or more", "0");
        CommonKeys.Begin(json, bert.Family, bert.Family switch { "bert" => "BertModel", "roberta" => "RobertaModel", "camembert" => "CamembertModel", _ => "XLMRobertaModel" });
        json.WriteNumber("vocab_size", bert.VocabularySize);
        json.WriteNumber("max_position_embeddings", bert.ContextLength + bert.FirstPosition);
        json.WriteNumber("hidden_size", bert.Width);
        json.WriteNumber("num_hidden_layers", bert.LayerCount);
        json.WriteNumber("num_attention_heads", bert.HeadCount);
        json.WriteNumber("intermediate_size", bert.HiddenWidth);
        json.WriteString("hidden_act", Activations.First(known => known.Function == bert.Activation).Name);
        json.WriteNumber("type_vocab_size", bert.TokenTypeCount);
        json.WriteNumber("pad_token_id", Math.Max(0, bert.FirstPosition - 1));
        json.WriteString("position_embedding_type", "absolute");
        json.WriteFinite("hidden_dropout_prob", bert.Dropout);
        json.WriteFinite("attention_probs_dropout_prob", bert.AttentionDropout);
        json.WriteFinite("layer_norm_eps", bert.NormEpsilon);
        CommonKeys.End(json, bert.InitialDeviation);
    }

    /// <inheritdoc/>
    public override Model Create(ModelConfig config, ParameterSource source) => new Bert((BertConfig)config, source);

    /// <inheritdoc/>
    public override CheckpointMap Map(Model model)
    {
        var bert = (Bert)model;
        var map = new CheckpointMap { OptionalPrefix = PrefixOf(bert.Settings) }
            .Add("embeddings.word_embeddings.weight", bert.Embedding.Parameters.Single())
            .Add("embeddings.position_embeddings.weight", bert.PositionEmbedding.Parameters.Single())
            .Add("embeddings.LayerNorm", bert.EmbeddingNorm)
            .Ignore(name => name.EndsWith("embeddings.position_ids", StringComparison.Ordinal) || name.EndsWith("embeddings.token_type_ids", StringComparison.Ordinal)
                || name.StartsWith("cls.", StringComparison.Ordinal) || name.StartsWith("lm_head.", StringComparison.Ordinal));
        if (bert.TypeEmbedding is not null)
            map.Add("embeddings.token_type_embeddings.weight", bert.TypeEmbedding.Parameters.Single());
        if (bert.Pooler is not null)
            map.Add("pooler.dense", bert.Pooler);
        foreach (var block in bert.Stack.Blocks.Cast<EncoderBlock>())
        {
            var layer = $"encoder.layer.{block.Layer}.";
            var plain = (PlainFeedForward)block.FeedForward;
            map.Add(layer + "attention.self.query", block.Attention.Query).Add(layer + "attention.self.key", block.Attention.Key)
                .Add(layer + "attention.self.value", block.Attention.Value).Add(layer + "attention.output.dense", block.Attention.Output)
                .Add(layer + "attention.output.LayerNorm", (LayerNorm)block.AttentionNorm).Add(layer + "intermediate.dense", plain.Up)
                .Add(layer + "output.dense", plain.Down).Add(layer + "output.LayerNorm", (LayerNorm)block.FeedForwardNorm);
        }
        return map;
    }

    /// <inheritdoc/>
    /// <remarks>GGUF's rows of positions begin with the first that is used; the pooler is not kept.</remarks>
    public override ModelConfig ReadGguf(GgufFields fields)
    {
        fields.Ignore("attention.causal", "embedding_length_out");
        if (fields.GetBoolean("attention.causal", false))
            throw fields.Find("attention.causal")!.Value.Error("this form of BERT is not supported", "false");
        var sizes = GgufSizes.Read(fields, sharesKeys: false);
        return new BertConfig
        {
            VocabularySize = fields.VocabularySize,
            ContextLength = sizes.ContextLength,
            Width = sizes.Width,
            LayerCount = sizes.LayerCount,
            HeadCount = sizes.HeadCount,
            HiddenWidth = sizes.HiddenWidth,
            TokenTypeCount = (int)(fields.ShapeOf("token_types.weight")?[0] ?? 0),
            NormEpsilon = fields.GetDouble("attention.layer_norm_epsilon", 1e-12, 1),
        };
    }

    /// <inheritdoc/>
    public override void WriteGguf(ModelConfig config, GgufFieldWriter fields)
    {
        var bert = (BertConfig)config;
        if (bert.Activation != UnaryFunction.GeluErf)
            throw new InkstoneRequestException("GGUF has no such network", nameof(BertConfig.Activation), "gelu", $"{bert.Activation}");
        new GgufSizes(bert.ContextLength, bert.Width, bert.LayerCount, bert.HiddenWidth, bert.HeadCount, bert.HeadCount).Write(fields)
            .Set("attention.layer_norm_epsilon", bert.NormEpsilon).Set("attention.causal", false).Set("vocab_size", bert.VocabularySize);
        if (bert.TokenTypeCount > 0)
            fields.SetTokenizer("token_type_count", bert.TokenTypeCount);
    }

    /// <inheritdoc/>
    public override CheckpointMap GgufMap(Model model)
    {
        var bert = (Bert)model;
        var map = new CheckpointMap()
            .Add("token_embd.weight", bert.Embedding.Parameters.Single())
            .Add("position_embd.weight", bert.PositionEmbedding.Parameters.Single(), new WithoutFirstRows(bert.Settings.FirstPosition))
            .Add("token_embd_norm", bert.EmbeddingNorm);
        if (bert.TypeEmbedding is not null)
            map.Add("token_types.weight", bert.TypeEmbedding.Parameters.Single());
        foreach (var block in bert.Stack.Blocks.Cast<EncoderBlock>())
        {
            var layer = $"blk.{block.Layer}.";
            map.AddAttention(layer, block.Attention.Query, block.Attention.Key, block.Attention.Value, block.Attention.Output).Add(layer + "attn_output_norm", block.AttentionNorm)
                .AddFeedForward(layer, block.FeedForward).Add(layer + "layer_output_norm", block.FeedForwardNorm);
        }
        return map;
    }

    private static string PrefixOf(BertConfig config) => config.FirstPosition == 0 ? "bert." : "roberta.";
}
