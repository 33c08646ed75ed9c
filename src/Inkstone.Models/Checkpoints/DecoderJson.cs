using System.Text.Json;
using Inkstone.Foundation.Formats;

namespace Inkstone.Models;

/// <summary>What <c>config.json</c> says of every decoder, in a family's names.</summary>
/// <param name="NormEpsilon">ε of the norms.</param>
/// <param name="ContextLength">The longest sequence.</param>
/// <param name="Width">Width of the residual stream.</param>
/// <param name="LayerCount">How many blocks.</param>
/// <param name="HeadCount">Query heads.</param>
internal sealed record DecoderJson(
    string NormEpsilon, string ContextLength = "max_position_embeddings", string Width = "hidden_size", string LayerCount = "num_hidden_layers", string HeadCount = "num_attention_heads")
{
    /// <summary>The names of most families with RMSNorms.</summary>
    public static DecoderJson RmsNorms { get; } = new("rms_norm_eps");

    /// <summary>The names of most families with LayerNorms.</summary>
    public static DecoderJson LayerNorms { get; } = new("layer_norm_eps");

    /// <summary>The names of GPT-2 and GPT-J.</summary>
    public static DecoderJson Gpt { get; } = new("layer_norm_epsilon", "n_positions", "n_embd", "n_layer", "n_head");

    /// <summary>Reads them; sizes must be there.</summary>
    /// <param name="json">The file.</param>
    /// <param name="config">The family's configuration, with what holds where the file says nothing of ε and of first weights.</param>
    /// <param name="contextLength">The longest sequence where the file does not say it; null: it must.</param>
    public T Read<T>(JsonObjectReader json, T config, int? contextLength = null)
        where T : DecoderConfig => (T)((DecoderConfig)config with
        {
            VocabularySize = json.GetInt32("vocab_size", 1, 1 << 24),
            ContextLength = contextLength is { } usual ? json.GetInt32(ContextLength, 1, 1 << 24, usual) : json.GetInt32(ContextLength, 1, 1 << 24),
            Width = json.GetInt32(Width, 1, 1 << 20),
            LayerCount = json.GetInt32(LayerCount, 1, 4_096),
            HeadCount = json.GetInt32(HeadCount, 1, 4_096),
            NormEpsilon = json.GetDouble(NormEpsilon, 1e-12, 1, config.NormEpsilon),
            InitialDeviation = json.GetDouble("initializer_range", 0, 10, config.InitialDeviation),
        });

    /// <summary>Begins a file: the family, its class in the library, the sizes.</summary>
    public void Begin(Utf8JsonWriter json, DecoderConfig config, string className)
    {
        CommonKeys.Begin(json, config.Family, className);
        json.WriteNumber("vocab_size", config.VocabularySize);
        json.WriteNumber(ContextLength, config.ContextLength);
        json.WriteNumber(Width, config.Width);
        json.WriteNumber(LayerCount, config.LayerCount);
        json.WriteNumber(HeadCount, config.HeadCount);
    }

    /// <summary>Ends it: what is said of the norms and of first weights.</summary>
    public void End(Utf8JsonWriter json, DecoderConfig config)
    {
        json.WriteFinite(NormEpsilon, config.NormEpsilon);
        CommonKeys.End(json, config.InitialDeviation);
    }
}
