using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Files;
using Inkstone.Foundation.Formats;
using Inkstone.Foundation.Randomness;
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

    /// <summary>Writes the weights file's content: single precision, Hugging Face's names.</summary>
    public static void WriteWeights(Model model, Stream destination)
    {
        var map = ModelFamilies.Of(model).Map(model);
        var sources = new List<SafetensorsSource>();
        foreach (var entry in map.Entries)
            foreach (var (name, shape) in entry.StoredShapes())
                sources.Add(new SafetensorsSource(map.OptionalPrefix + name, SafetensorsType.F32, [.. shape.Select(extent => (long)extent)], stream =>
                {
                    using var scope = PoolScope.Open();
                    WeightBytes.Write(entry.ToStored().First(stored => stored.Name == name).Value, stream);
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
    /// <exception cref="InkstoneNotFoundException">The folder or one of its files is missing.</exception>
    /// <exception cref="InkstoneFormatException">A file is not what it must be; a tensor is missing, has another shape or is not known.</exception>
    public static Model Load(string folder, Backend? backend = null)
    {
        var (config, family) = ReadConfigAndFamily(folder);
        RequireWeightsFor(config, folder);
        var model = family.Create(config, Rng.From(0), backend);
        LoadWeights(model, folder);
        return model;
    }

    /// <summary>Sets a model's parameters from a folder's weights.</summary>
    public static void LoadWeights(Model model, string folder)
    {
        RefuseExecutable(folder);
        using var weights = SafetensorsFolder.Open(folder);
        var map = ModelFamilies.Of(model).Map(model);
        var unused = weights.Tensors.Keys.Where(name => !map.IsIgnored(name)).ToHashSet();
        foreach (var entry in map.Entries)
        {
            using var pause = Tape.Pause();
            using var scope = PoolScope.Open();
            var expected = entry.StoredShapes().ToDictionary(stored => stored.Name, stored => stored.Shape);
            var stored = new List<Tensor>();
            foreach (var name in entry.Names)
            {
                var found = Find(weights, map.OptionalPrefix, name)
                    ?? throw new InkstoneFormatException("a tensor is missing", folder, $"{name} {expected[name]}", "no such tensor",
                        "The configuration may be another model's.");
                var (file, tensor) = weights.Tensors[found];
                if (!tensor.Shape.SequenceEqual(expected[name].Select(extent => (long)extent)))
                    throw new InkstoneFormatException("a tensor has another shape than the configuration gives it", $"{file.Path}: {found}", expected[name].ToString(),
                        $"[{string.Join(", ", tensor.Shape)}]");
                stored.Add(WeightBytes.Read(file, tensor, model.Backend));
                unused.Remove(found);
            }
            entry.Load(stored);
        }
        foreach (var name in map.Tied)
            if (Find(weights, map.OptionalPrefix, name) is { } repeated)
                unused.Remove(repeated);
        if (unused.Count > 0)
            throw new InkstoneFormatException("the file holds tensors that this model has no place for", folder, "none",
                string.Join(", ", unused.Order(StringComparer.Ordinal).Take(8)) + (unused.Count > 8 ? $" and {unused.Count - 8} more" : ""));
    }

    /// <summary>Refuses a configuration that is far larger than the weights beside it, before memory is spent on it.</summary>
    private static void RequireWeightsFor(ModelConfig config, string folder)
    {
        RefuseExecutable(folder);
        using var weights = SafetensorsFolder.Open(folder);
        Int128 stored = 0;
        foreach (var (_, tensor) in weights.Tensors.Values)
            stored += tensor.Shape.Aggregate(Int128.One, (product, extent) => product * extent);
        if (config.ParameterCount > 2 * stored + (1 << 20))
            throw new InkstoneFormatException("the configuration describes a larger model than the weights beside it", Path.Combine(folder, ConfigName),
                $"about {stored} numbers", $"{config.ParameterCount}", "The configuration may be another model's.");
    }

    private static (ModelConfig Config, ModelFamily Family) ReadConfigAndFamily(string folder)
    {
        if (!Directory.Exists(folder))
            throw new InkstoneNotFoundException("the model folder does not exist", folder);
        var path = Path.Combine(folder, ConfigName);
        var json = BoundedJson.ReadFile(path).AsObject();
        if (json.Has("auto_map"))
            throw new InkstoneFormatException("the configuration asks for code of its own to be run, which Inkstone never does", path, "no auto_map");
        var family = ModelFamilies.Named(json.GetString("model_type"), path);
        var config = family.ReadConfig(json);
        json.RefuseUnused();
        try
        {
            config.Validate();
        }
        catch (InkstoneRequestException error)
        {
            throw new InkstoneFormatException(error.What, $"{path}: {error.Where}", error.Expected, error.Found, error.Fix, error);
        }
        return (config, family);
    }

    private static string? Find(SafetensorsFolder weights, string prefix, string name) =>
        weights.Tensors.ContainsKey(prefix + name) ? prefix + name : weights.Tensors.ContainsKey(name) ? name : null;

    private static void RefuseExecutable(string folder)
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
