using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Formats;
using Inkstone.Foundation.Randomness;
using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>All that the rest of the stack needs to know of a family of models.</summary>
public abstract class ModelFamily
{
    /// <summary>The values of <c>model_type</c> in <c>config.json</c> that are this family's.</summary>
    public abstract IReadOnlyList<string> Names { get; }

    /// <summary>Small configurations that the parity matrix runs, one a form worth checking.</summary>
    public abstract IReadOnlyList<ModelConfig> TinyConfigs { get; }

    /// <summary>Why networks of this family are not decoded token by token from a cache of keys and values; null: they are.</summary>
    public virtual string? NotDecodedBecause => null;

    /// <summary>A configuration with what only the tensors of a folder say of the network (parts that some files leave out).</summary>
    public virtual ModelConfig Completed(ModelConfig config, Func<string, bool> hasTensor) => config;

    /// <summary>Reads a configuration; keys that mean nothing here must be ignored by name, and others make it a failure.</summary>
    public abstract ModelConfig ReadConfig(JsonObjectReader json);

    /// <summary>Writes the configuration as Hugging Face names it.</summary>
    public abstract void WriteConfig(ModelConfig config, System.Text.Json.Utf8JsonWriter json);

    /// <summary>Builds a network whose numbers come from a source.</summary>
    public abstract Model Create(ModelConfig config, ParameterSource source);

    /// <summary>Builds a network of first values.</summary>
    public Model Create(ModelConfig config, Rng rng, Backend? backend = null) => Create(config, ParameterSource.Root(rng, backend));

    /// <summary>The values of <c>general.architecture</c> in GGUF files that are this family's; none when the format has no such network.</summary>
    public virtual IReadOnlyList<string> Architectures => [];

    /// <summary>The architecture that a configuration is written as.</summary>
    /// <exception cref="InkstoneRequestException">GGUF has no such network.</exception>
    public virtual string ArchitectureOf(ModelConfig config) =>
        Architectures.Count > 0 ? Architectures[0] : throw new InkstoneRequestException("GGUF has no such network", "architecture", found: config.Family);

    /// <summary>Reads a configuration from a GGUF file.</summary>
    public virtual ModelConfig ReadGguf(GgufFields fields) => throw new NotSupportedException();

    /// <summary>Writes a configuration as GGUF names it.</summary>
    public virtual void WriteGguf(ModelConfig config, GgufFieldWriter fields) => throw new NotSupportedException();

    /// <summary>How GGUF files hold the model's parameters.</summary>
    public virtual CheckpointMap GgufMap(Model model) => throw new NotSupportedException();

    /// <summary>Tensors of a GGUF file that belong to the configuration (rotary divisors); single precision.</summary>
    public virtual IReadOnlyList<(string Name, IReadOnlyList<float> Numbers)> GgufTables(ModelConfig config) =>
        config is DecoderConfig { Rotary: { } rotary } ? RotaryGguf.Tables(rotary) : [];

    /// <summary>
    /// Whether the code that folders of a <c>model_type</c> name in <c>auto_map</c> is the published network as it is defined here, so that naming it is no
    /// reason to refuse them. It is not run in any case.
    /// </summary>
    public virtual bool KnowsOwnCodeOf(string name) => false;

    /// <summary>Whether folders of the family whose weights are quantised by a method (<c>quant_method</c>) are read.</summary>
    public virtual bool ReadsQuantized(string method) => false;

    /// <summary>How published files hold the model's parameters.</summary>
    public abstract CheckpointMap Map(Model model);

    /// <summary>A decoder's configuration of the sizes that the parity matrix runs.</summary>
    private protected static T Tiny<T>(T config)
        where T : DecoderConfig => (T)((DecoderConfig)config with { VocabularySize = 61, ContextLength = 96, Width = 32, LayerCount = 2 });
}
