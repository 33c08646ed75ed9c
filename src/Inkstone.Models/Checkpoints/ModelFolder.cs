using System.Text.Json.Nodes;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Files;
using Inkstone.Foundation.Formats;
using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>
/// A model as Hugging Face keeps it: <c>config.json</c> beside <c>model.safetensors</c> (or shards with an index). Loading is total: every tensor and every
/// configuration key is used or named in the error. Nothing in a model folder is ever executed.
/// </summary>
public static class ModelFolder
{
    /// <summary>The configuration's file.</summary>
    public const string ConfigName = "config.json";

    private static readonly string[] Executable = [".bin", ".pt", ".pth", ".pkl", ".ckpt", ".py"];

    /// <summary>The configuration file's content.</summary>
    public static byte[] ConfigJson(Model model) => StableJson.ToBytes(json => ModelFamilies.Of(model).WriteConfig(model.Config, json));

    /// <summary>The configuration file's content, with what other programs look for there beside the network.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="format">What the weights are in: F32, F16 or BF16.</param>
    /// <param name="begin">The token that begins a text.</param>
    /// <param name="ends">The tokens that end one.</param>
    public static byte[] ConfigJson(ModelConfig config, WeightFormat format, int? begin, IReadOnlyList<int> ends)
    {
        var family = ModelFamilies.Named(config.Family, "model");
        var node = JsonNode.Parse(StableJson.ToBytes(json => family.WriteConfig(config, json)))!.AsObject();
        node["torch_dtype"] = format switch { WeightFormat.F16 => "float16", WeightFormat.BF16 => "bfloat16", _ => "float32" };
        if (begin is not null)
            node["bos_token_id"] = begin;
        if (ends.Count > 0)
            node["eos_token_id"] = ends.Count == 1 ? ends[0] : new JsonArray([.. ends.Select(id => (JsonNode)id)]);
        return StableJson.ToBytes(json => node.WriteTo(json));
    }

    /// <summary>Writes the weights file's content: single precision, Hugging Face's names.</summary>
    public static void WriteWeights(Model model, Stream destination) => WriteWeights(ModelFamilies.Of(model).Map(model), destination);

    internal static void WriteWeights(CheckpointMap map, Stream destination)
    {
        var sources = new List<SafetensorsSource>();
        foreach (var entry in map.Entries)
            foreach (var (name, shape) in entry.StoredShapes())
                sources.Add(new SafetensorsSource(map.OptionalPrefix + name, SafetensorsType.F32, [.. shape.Select(extent => (long)extent)], stream =>
                {
                    using var scope = PoolScope.Open();
                    WeightBytes.Write(entry.ToStored(name), stream);
                }));
        SafetensorsWriter.Write(sources, new Dictionary<string, string> { ["format"] = "pt" }, destination);
    }

    /// <summary>Writes a folder that Hugging Face's library opens.</summary>
    public static void Save(Model model, string folder, IDurableFiles? files = null)
    {
        files ??= DurableFiles.Instance;
        files.CreateFolder(folder);
        files.WriteAtomically(Path.Combine(folder, SafetensorsFolder.SingleFileName), stream => WriteWeights(model, stream));
        files.WriteAtomically(Path.Combine(folder, ConfigName), ConfigJson(model));
    }

    /// <summary>Reads a configuration alone.</summary>
    public static ModelConfig ReadConfig(string folder) => ReadConfigAndFamily(folder).Config;

    /// <summary>Reads a model.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="backend">Where the model is to live.</param>
    /// <param name="options">What becomes of the weights; null means <see cref="LoadOptions.Trainable"/>.</param>
    /// <exception cref="InkstoneNotFoundException">The folder or one of its files is missing.</exception>
    /// <exception cref="InkstoneFormatException">A file is not what it must be; a tensor is missing, has another shape or is not known.</exception>
    public static Model Load(string folder, Backend? backend = null, LoadOptions? options = null)
    {
        using var checkpoint = OpenCheckpoint.OfFolder(folder);
        return checkpoint.Load(backend, options ?? LoadOptions.Trainable);
    }

    /// <summary>Sets a model's parameters from a folder's weights.</summary>
    public static void LoadWeights(Model model, string folder)
    {
        RefuseExecutable(folder);
        using var weights = SafetensorsStore.Open(folder);
        WeightLoader.Load(model, ModelFamilies.Of(model).Map(model), weights, LoadOptions.Trainable);
    }

    /// <summary>Refuses a configuration that is far larger than the weights beside it, before memory is spent on it.</summary>
    internal static void RequireWeightsFor(ModelConfig config, TensorStore weights, string where)
    {
        if (config.ParameterCount > 2 * weights.Count + (1 << 20))
            throw new InkstoneFormatException("the configuration describes a larger model than the weights beside it", where, $"about {weights.Count} numbers",
                $"{config.ParameterCount}", "The configuration may be another model's.");
    }

    /// <summary>Reads a configuration, then opens the tensors beside it, unless their file is of a kind that runs code when it is read, and completes the configuration by what only they say.</summary>
    internal static (ModelConfig Config, ModelFamily Family, TensorStore Weights) Open(string folder)
    {
        var (config, family) = ReadConfigAndFamily(folder);
        RefuseExecutable(folder);
        var weights = SafetensorsStore.Open(folder);
        try
        {
            config = family.Completed(config, weights.Has);
            RequireWeightsFor(config, weights, Path.Combine(folder, ConfigName));
            return (config, family, weights);
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }

    /// <summary>Reads a configuration, and whose it is.</summary>
    internal static (ModelConfig Config, ModelFamily Family) ReadConfigAndFamily(string folder)
    {
        if (!Directory.Exists(folder))
            throw new InkstoneNotFoundException("the model folder does not exist", folder);
        var path = Path.Combine(folder, ConfigName);
        return ReadConfigAndFamily(BoundedJson.ReadFile(path), path);
    }

    /// <inheritdoc cref="ReadConfigAndFamily(string)"/>
    internal static (ModelConfig Config, ModelFamily Family) ReadConfigAndFamily(Foundation.Formats.JsonValue value, string path)
    {
        var json = value.AsObject();
        var name = json.GetString("model_type");
        if (json.Find("quantization_config") is { } quantized)
        {
            var method = quantized.Find("quant_method")?.AsString() ?? "no stated method";
            if (!ModelFamilies.All.Any(known => known.Names.Contains(name) && known.ReadsQuantized(method)))
                throw new InkstoneFormatException("the weights are quantised in a form that is not read", path, "plain weights, or a GGUF file", $"quantization_config of {method}",
                    "Take the model's unquantised files, or its GGUF file.");
        }
        var isKnown = ModelFamilies.All.Any(known => known.Names.Contains(name) && known.KnowsOwnCodeOf(name));
        if (json.Has("auto_map") && !isKnown)
            throw new InkstoneFormatException("the configuration asks for code of its own to be run, which Inkstone never does", path, "no auto_map");
        json.Ignore("auto_map");
        var family = ModelFamilies.Named(name, path);
        var config = family.ReadConfig(json);
        json.RefuseUnused();
        Validate(config, path);
        return (config, family);
    }

    /// <summary>Checks a configuration that a file gave.</summary>
    internal static void Validate(ModelConfig config, string path)
    {
        try
        {
            config.Validate();
        }
        catch (InkstoneRequestException error)
        {
            throw new InkstoneFormatException(error.What, $"{path}: {error.Where}", error.Expected, error.Found, error.Fix, error);
        }
    }

    /// <summary>Refuses a folder whose weights would run code when they are read.</summary>
    internal static void RefuseExecutable(string folder)
    {
        if (!Directory.Exists(folder))
            throw new InkstoneNotFoundException("the model folder does not exist", folder);
        if (File.Exists(Path.Combine(folder, SafetensorsFolder.SingleFileName)) || File.Exists(Path.Combine(folder, SafetensorsFolder.IndexFileName)))
            return;
        var pickled = Directory.EnumerateFiles(folder).FirstOrDefault(file => Executable.Contains(Path.GetExtension(file)));
        if (pickled is not null)
            throw new InkstoneFormatException("the weights are in a format that runs code when it is read", pickled, SafetensorsFolder.SingleFileName,
                Path.GetFileName(pickled), "Convert the model to safetensors first.");
    }
}
