using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Formats;
using Inkstone.Foundation.Randomness;
using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>
/// A checkpoint whose configuration is read and whose weights are not: a model folder or a GGUF file. What it asks for and cannot be had is refused by name when it
/// is opened or measured, before any weight is read.
/// </summary>
public sealed class OpenCheckpoint : IDisposable
{
    private readonly Func<Model, CheckpointMap> _mapOf;
    private readonly GgufFile? _owned;

    private OpenCheckpoint(ModelConfig config, ModelFamily family, TensorStore weights, Func<Model, CheckpointMap> mapOf, GgufFile? owned)
    {
        (Config, Family, Weights, _mapOf, _owned) = (config, family, weights, mapOf, owned);
    }

    /// <summary>The configuration.</summary>
    public ModelConfig Config { get; }

    /// <summary>Whose configuration it is.</summary>
    public ModelFamily Family { get; }

    /// <summary>Its tensors.</summary>
    internal TensorStore Weights { get; }

    /// <summary>The named values of a GGUF file; null of a folder.</summary>
    public GgufMetadata? Metadata { get; private init; }

    /// <summary>Opens a model folder or a GGUF file.</summary>
    /// <exception cref="InkstoneNotFoundException">There is neither.</exception>
    /// <exception cref="InkstoneFormatException">A file is not what it must be, or asks for what cannot be had.</exception>
    public static OpenCheckpoint Open(string path)
    {
        if (!File.Exists(path))
            return OfFolder(path);
        var file = GgufFile.Open(path);
        try
        {
            return Of(file, file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Opens a model folder.</summary>
    internal static OpenCheckpoint OfFolder(string folder)
    {
        var (config, family, weights) = ModelFolder.Open(folder);
        return new(config, family, weights, family.Map, null);
    }

    /// <summary>The checkpoint of an open file, which stays the caller's.</summary>
    internal static OpenCheckpoint Over(GgufFile file) => Of(file, null);

    /// <summary>
    /// The network without its numbers, whose memory is not there yet. What depends on the length it serves (LongRoPE's divisors, the dynamic base) is chosen by it, once.
    /// </summary>
    /// <param name="backend">Where it is to live; null means the default.</param>
    /// <param name="contextLength">The longest sequence; null means the configuration's.</param>
    /// <exception cref="InkstoneRequestException">The network has no positions that far.</exception>
    public Model Prepare(Backend? backend = null, int? contextLength = null)
    {
        var config = contextLength is { } length ? Config.WithContext(length) : Config;
        config.Validate();
        return Family.Create(config, new ParameterSource("", Rng.From(0), backend ?? Backend.Default) { IsEmpty = true });
    }

    /// <summary>What a network of <see cref="Prepare"/> takes once it is loaded. It refuses what loading would refuse, and reads no weight.</summary>
    /// <exception cref="InkstoneFormatException">A tensor is missing, has another shape or format, or is not known.</exception>
    public WeightMemory Measure(Model prepared, LoadOptions? options = null) =>
        WeightLoader.Measure(prepared, prepared.Backend, _mapOf(prepared), Weights, options ?? LoadOptions.ForUse);

    /// <summary>Loads a network of <see cref="Prepare"/>.</summary>
    /// <exception cref="InkstoneFormatException">A tensor is missing, has another shape or format, or is not known.</exception>
    public void Load(Model prepared, LoadOptions? options = null) => WeightLoader.Load(prepared, _mapOf(prepared), Weights, options ?? LoadOptions.ForUse);

    /// <summary>Prepares a network and loads it.</summary>
    /// <inheritdoc cref="Load(Model, LoadOptions)" path="/exception"/>
    public Model Load(Backend? backend = null, LoadOptions? options = null)
    {
        var model = Prepare(backend, options?.ContextLength);
        Load(model, options);
        return model;
    }

    /// <summary>Closes the files; what is read in place stays.</summary>
    public void Dispose()
    {
        Weights.Dispose();
        _owned?.Dispose();
    }

    private static OpenCheckpoint Of(GgufFile file, GgufFile? owned)
    {
        var (config, family) = GgufModel.ReadConfig(file);
        var store = GgufStore.Over(file);
        store.RequireFormats();
        ModelFolder.RequireWeightsFor(config, store, file.Path);
        return new(config, family, store, family.GgufMap, owned) { Metadata = file.Metadata };
    }
}
