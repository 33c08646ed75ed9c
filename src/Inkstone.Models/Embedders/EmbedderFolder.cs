using System.Globalization;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Files;
using Inkstone.Foundation.Formats;
using Inkstone.Foundation.Randomness;
using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>
/// An embedder as sentence-transformers keeps it: <c>modules.json</c> names the parts in order, each in a folder of its own (the network's may be the folder itself), and
/// <c>sentence_bert_config.json</c> beside the network the longest text. A kind of part that is not known is refused by name before any weight is read.
/// </summary>
public static class EmbedderFolder
{
    private const string ModulesName = "modules.json";
    private const string LengthName = "sentence_bert_config.json";
    private const string PoolingFolder = "1_Pooling";
    private const string NormalizeFolder = "2_Normalize";
    private const int MaximumParts = 64;
    private const string TypePrefix = "sentence_transformers.models.";

    private static readonly (string Key, PoolingModes Mode)[] PoolingKeys =
    [
        ("pooling_mode_cls_token", PoolingModes.First), ("pooling_mode_max_tokens", PoolingModes.Max), ("pooling_mode_mean_tokens", PoolingModes.Mean),
        ("pooling_mode_mean_sqrt_len_tokens", PoolingModes.MeanByRoot), ("pooling_mode_weightedmean_tokens", PoolingModes.WeightedMean), ("pooling_mode_lasttoken", PoolingModes.Last),
    ];

    private static readonly (string Name, UnaryFunction? Function)[] Activations =
        [("torch.nn.modules.activation.Tanh", UnaryFunction.Tanh), ("torch.nn.modules.linear.Identity", null), ("torch.nn.modules.activation.ReLU", UnaryFunction.Relu),
            ("torch.nn.modules.activation.GELU", UnaryFunction.GeluErf), ("torch.nn.modules.activation.Sigmoid", UnaryFunction.Sigmoid)];

    /// <summary>Whether a folder holds an embedder.</summary>
    public static bool IsEmbedder(string folder) => File.Exists(Path.Combine(folder, ModulesName));

    /// <summary>Reads an embedder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="backend">Where the network is to live.</param>
    /// <param name="options">What becomes of the weights; null means <see cref="LoadOptions.Trainable"/>.</param>
    /// <exception cref="InkstoneNotFoundException">The folder or one of its files is missing.</exception>
    /// <exception cref="InkstoneFormatException">A file is not what it must be, or a part is of a kind that is not known.</exception>
    public static Embedder Load(string folder, Backend? backend = null, LoadOptions? options = null)
    {
        var parts = ReadParts(folder);
        var where = Path.Combine(folder, ModulesName);
        RequireOrder(parts, where);
        var modes = ReadPooling(parts[1].Path, out var width);
        var length = ReadLength(parts[0].Path);
        var model = ModelFolder.Load(parts[0].Path, backend, options);
        if (width != model.Head.Weight.InputWidth)
            throw new InkstoneFormatException("the pooling is of rows of another width", Path.Combine(parts[1].Path, ModelFolder.ConfigName),
                $"{model.Head.Weight.InputWidth}", $"{width}");
        var layers = new List<EmbeddingLayer>();
        var before = width * Pooling.WidthFactor(modes);
        foreach (var part in parts.Where(part => part.Kind == "Dense"))
        {
            layers.Add(ReadLayer(part.Path, before, model.Backend));
            before = layers[^1].Linear.Weight.OutputWidth;
        }
        return new Embedder(model, modes, parts[^1].Kind == "Normalize", length is { } most ? Math.Min(most, model.ContextLength) : null, layers);
    }

    /// <summary>Writes a folder that sentence-transformers opens, but for the tokenizer's files.</summary>
    /// <exception cref="InkstoneRequestException">A layer's function has no name there.</exception>
    public static void Save(Embedder embedder, string folder, IDurableFiles? files = null)
    {
        files ??= DurableFiles.Instance;
        ModelFolder.Save(embedder.Model, folder, files);
        files.WriteAtomically(Path.Combine(folder, LengthName), StableJson.ToBytes(json =>
        {
            json.WriteStartObject();
            json.WriteNumber("max_seq_length", embedder.MaximumLength);
            json.WriteBoolean("do_lower_case", false);
            json.WriteEndObject();
        }));
        var parts = new List<(string Kind, string Path)> { ("Transformer", ""), ("Pooling", PoolingFolder) };
        files.CreateFolder(Path.Combine(folder, PoolingFolder));
        files.WriteAtomically(Path.Combine(folder, PoolingFolder, ModelFolder.ConfigName), PoolingJson(embedder.Pooling, embedder.Model.Head.Weight.InputWidth));
        foreach (var layer in embedder.Layers)
        {
            parts.Add(("Dense", string.Create(CultureInfo.InvariantCulture, $"{parts.Count}_Dense")));
            SaveLayer(layer, Path.Combine(folder, parts[^1].Path), files);
        }
        if (embedder.IsNormalised)
        {
            parts.Add(("Normalize", string.Create(CultureInfo.InvariantCulture, $"{parts.Count}_Normalize")));
            files.CreateFolder(Path.Combine(folder, parts[^1].Path));
        }
        files.WriteAtomically(Path.Combine(folder, ModulesName), ModulesJson(parts));
    }

    /// <summary>What a folder says of its parts, without reading a weight.</summary>
    /// <exception cref="InkstoneFormatException">A file is not what it must be, or a part is of a kind that is not known.</exception>
    public static EmbedderDescription ReadDescription(string folder)
    {
        var parts = ReadParts(folder);
        RequireOrder(parts, Path.Combine(folder, ModulesName));
        return new(parts[0].Path, ReadPooling(parts[1].Path, out _), parts[^1].Kind == "Normalize")
        {
            HasLayers = parts.Any(part => part.Kind == "Dense"),
            MaximumLength = ReadLength(parts[0].Path),
        };
    }

    /// <summary>The files beside a network that make it an embedder of one pooling, normalised, by their paths in the folder.</summary>
    public static IReadOnlyList<(string Path, byte[] Content)> Files(PoolingModes pooling, int width) =>
    [
        (ModulesName, ModulesJson([("Transformer", ""), ("Pooling", PoolingFolder), ("Normalize", NormalizeFolder)])),
        (Path.Combine(PoolingFolder, ModelFolder.ConfigName), PoolingJson(pooling, width)),
    ];

    private static byte[] ModulesJson(List<(string Kind, string Path)> parts) => StableJson.ToBytes(json =>
    {
        json.WriteStartArray();
        for (var i = 0; i < parts.Count; i++)
        {
            json.WriteStartObject();
            json.WriteNumber("idx", i);
            json.WriteString("name", i.ToString(CultureInfo.InvariantCulture));
            json.WriteString("path", parts[i].Path);
            json.WriteString("type", TypePrefix + parts[i].Kind);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    });

    private static List<(string Kind, string Path)> ReadParts(string folder)
    {
        if (!Directory.Exists(folder))
            throw new InkstoneNotFoundException("the model folder does not exist", folder);
        var parts = new List<(string, string)>();
        var modules = BoundedJson.ReadFile(Path.Combine(folder, ModulesName));
        foreach (var item in modules.Items())
        {
            if (parts.Count == MaximumParts)
                throw modules.Error("too many parts", string.Create(CultureInfo.InvariantCulture, $"at most {MaximumParts}"));
            var part = item.AsObject();
            part.Ignore("idx", "name", "kwargs");
            var type = part.GetString("type");
            var name = part.GetString("path");
            part.RefuseUnused();
            if (name.Length > 0 && (name != Path.GetFileName(name) || name is "." or ".."))
                throw part.Get("path").Error("a part lies outside the folder", "the name of a folder beside the file");
            var kind = type[(type.LastIndexOf('.') + 1)..];
            if (!type.StartsWith("sentence_transformers.", StringComparison.Ordinal) || kind is not ("Transformer" or "Pooling" or "Dense" or "Normalize"))
                throw part.Get("type").Error("the kind of part is not known", "Transformer, Pooling, Dense or Normalize");
            // a part without files has no folder in what was downloaded
            if (kind != "Normalize" && !Directory.Exists(Path.Combine(folder, name)))
                throw part.Get("path").Error("a part is not there", "the name of a folder beside the file");
            parts.Add((kind, Path.Combine(folder, name)));
        }
        return parts;
    }

    private static void RequireOrder(List<(string Kind, string Path)> parts, string where)
    {
        if (parts.Count < 2 || parts[0].Kind != "Transformer" || parts[1].Kind != "Pooling")
            throw new InkstoneFormatException("an embedder begins with a network and its pooling", where, "Transformer, Pooling", string.Join(", ", parts.Select(part => part.Kind)));
        if (parts.Skip(2).SkipWhile(part => part.Kind == "Dense").ToList() is { Count: > 0 } rest && rest is not [{ Kind: "Normalize" }])
            throw new InkstoneFormatException("the part is not known in this place", where, "Dense parts, then Normalize", rest[0].Kind);
    }

    private static PoolingModes ReadPooling(string folder, out int width)
    {
        var json = BoundedJson.ReadFile(Path.Combine(folder, ModelFolder.ConfigName)).AsObject();
        width = json.GetInt32("word_embedding_dimension", 1, 1 << 20);
        var modes = PoolingModes.None;
        foreach (var (key, mode) in PoolingKeys)
            if (json.GetBoolean(key, false))
                modes |= mode;
        if (!json.GetBoolean("include_prompt", true))
            throw json.Get("include_prompt").Error("rows of a prompt are not left out", "true");
        json.RefuseUnused();
        return modes != PoolingModes.None ? modes
            : throw new InkstoneFormatException("a vector is made in one way at least", json.Where, string.Join(", ", PoolingKeys.Select(known => known.Key)), "none");
    }

    private static int? ReadLength(string folder)
    {
        var path = Path.Combine(folder, LengthName);
        if (!File.Exists(path))
            return null;
        var json = BoundedJson.ReadFile(path).AsObject();
        return json.Find("max_seq_length")?.AsInt32(1, 1 << 24);
    }

    private static EmbeddingLayer ReadLayer(string folder, int inputWidth, Backend backend)
    {
        var json = BoundedJson.ReadFile(Path.Combine(folder, ModelFolder.ConfigName)).AsObject();
        json.GetInt32("in_features", inputWidth, inputWidth);
        var width = json.GetInt32("out_features", 1, 1 << 20);
        var hasBias = json.GetBoolean("bias", true);
        var name = json.GetChoice("activation_function", [.. Activations.Select(known => known.Name)], Activations[0].Name);
        json.RefuseUnused();
        using var weights = SafetensorsStore.Open(folder);
        if ((Int128)inputWidth * width > weights.Count)
            throw json.Get("out_features").Error("the layer is larger than the weights beside it", string.Create(CultureInfo.InvariantCulture, $"at most {weights.Count / inputWidth}"));
        var linear = new Linear(new ParameterSource("dense", Rng.From(0), backend) { IsEmpty = true }, inputWidth, width, hasBias, 0);
        WeightLoader.Load(linear, backend, LayerMap(linear), weights, LoadOptions.Trainable);
        return new EmbeddingLayer(linear, Activations.First(known => known.Name == name).Function);
    }

    private static byte[] PoolingJson(PoolingModes pooling, int width) => StableJson.ToBytes(json =>
    {
        json.WriteStartObject();
        json.WriteNumber("word_embedding_dimension", width);
        foreach (var (key, mode) in PoolingKeys)
            json.WriteBoolean(key, pooling.HasFlag(mode));
        json.WriteBoolean("include_prompt", true);
        json.WriteEndObject();
    });

    private static void SaveLayer(EmbeddingLayer layer, string folder, IDurableFiles files)
    {
        var name = Activations.Any(known => known.Function == layer.Activation) ? Activations.First(known => known.Function == layer.Activation).Name
            : throw new InkstoneRequestException("the layer's function has no name in such folders", nameof(layer.Activation), found: $"{layer.Activation}");
        files.CreateFolder(folder);
        files.WriteAtomically(Path.Combine(folder, SafetensorsFolder.SingleFileName), stream => ModelFolder.WriteWeights(LayerMap(layer.Linear), stream));
        files.WriteAtomically(Path.Combine(folder, ModelFolder.ConfigName), StableJson.ToBytes(json =>
        {
            json.WriteStartObject();
            json.WriteNumber("in_features", layer.Linear.Weight.InputWidth);
            json.WriteNumber("out_features", layer.Linear.Weight.OutputWidth);
            json.WriteBoolean("bias", layer.Linear.Bias is not null);
            json.WriteString("activation_function", name);
            json.WriteEndObject();
        }));
    }

    private static CheckpointMap LayerMap(Linear linear) => new CheckpointMap().Add("linear", linear);
}

/// <summary>What an embedder's folder says of its parts.</summary>
/// <param name="NetworkFolder">The folder of the network.</param>
/// <param name="Pooling">How rows become a vector.</param>
/// <param name="IsNormalised">Whether vectors have length one.</param>
public sealed record EmbedderDescription(string NetworkFolder, PoolingModes Pooling, bool IsNormalised)
{
    /// <summary>Whether there are layers of weights after pooling.</summary>
    public bool HasLayers { get; init; }

    /// <summary>The longest text, in tokens; null: the network's context.</summary>
    public int? MaximumLength { get; init; }
}
