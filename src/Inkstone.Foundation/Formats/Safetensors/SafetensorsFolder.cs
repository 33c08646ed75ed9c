using Inkstone.Foundation.Errors;

namespace Inkstone.Foundation.Formats;

/// <summary>
/// The weights of a model folder: one `model.safetensors`, or several shards named by `model.safetensors.index.json`. The index
/// may name only files of its own folder, each tensor once, and every shard must hold exactly the tensors the index gives it.
/// </summary>
public sealed class SafetensorsFolder : IDisposable
{
    /// <summary>The name of an unsharded file.</summary>
    public const string SingleFileName = "model.safetensors";

    /// <summary>The name of the index of a sharded model.</summary>
    public const string IndexFileName = "model.safetensors.index.json";

    private const int MaximumShards = 10_000;
    private readonly Dictionary<string, (SafetensorsFile File, SafetensorsTensor Tensor)> _tensors = new(StringComparer.Ordinal);
    private readonly List<SafetensorsFile> _files = [];

    private SafetensorsFolder()
    {
    }

    /// <summary>The open files, in ordinal order of their names.</summary>
    public IReadOnlyList<SafetensorsFile> Files => _files;

    /// <summary>All tensors by name, each with the file that holds it.</summary>
    public IReadOnlyDictionary<string, (SafetensorsFile File, SafetensorsTensor Tensor)> Tensors => _tensors;

    /// <summary>Opens the weights of a folder: the index when there is one, else the single file.</summary>
    /// <exception cref="InkstoneNotFoundException">The folder holds neither.</exception>
    /// <exception cref="InkstoneFormatException">The index or a file is not well-formed, or they contradict each other.</exception>
    public static SafetensorsFolder Open(string folder)
    {
        var opened = new SafetensorsFolder();
        try
        {
            var index = Path.Combine(folder, IndexFileName);
            if (File.Exists(index))
                opened.OpenShards(folder, index);
            else if (File.Exists(Path.Combine(folder, SingleFileName)))
                opened.Add(SafetensorsFile.Open(Path.Combine(folder, SingleFileName)), null, index);
            else
                throw new InkstoneNotFoundException("there are no weights here", folder, $"{SingleFileName} or {IndexFileName}", "neither");
            return opened;
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    /// <summary>Reads an index: the shard of each tensor.</summary>
    /// <param name="path">The index file.</param>
    /// <exception cref="InkstoneFormatException">It is not an index, or names a file outside its folder.</exception>
    public static IReadOnlyDictionary<string, string> ReadIndex(string path) => ReadIndex(BoundedJson.ReadFile(path));

    internal static IReadOnlyDictionary<string, string> ReadIndex(JsonValue index)
    {
        var root = index.AsObject();
        root.Ignore("metadata"); // total_size and the like: informative, and often wrong
        var shards = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (tensor, shard) in root.Get("weight_map").Members())
        {
            var file = shard.AsString();
            if (file is "" or "." or ".." || file.AsSpan().IndexOfAny("/\\:\0") >= 0)
                throw shard.Error("a shard lies outside the folder of its index", "the name of a file beside the index");
            shards.Add(tensor, file);
        }
        root.RefuseUnused();
        return shards;
    }

    /// <summary>Closes every file.</summary>
    public void Dispose()
    {
        foreach (var file in _files)
            file.Dispose();
    }

    private void OpenShards(string folder, string index)
    {
        var shardOf = ReadIndex(index);
        var shards = shardOf.Values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        if (shards.Count > MaximumShards)
            throw new InkstoneFormatException("too many shards", index, $"at most {MaximumShards}", $"{shards.Count}");
        foreach (var shard in shards)
        {
            var path = Path.Combine(folder, shard);
            if (!File.Exists(path))
                throw new InkstoneFormatException("the index names a shard that is not there", index,
                    $"a file {Excerpt.Of(shard)}", "none", "The model was probably not downloaded to its end.");
            Add(SafetensorsFile.Open(path), shardOf, index);
        }
        foreach (var (tensor, shard) in shardOf)
        {
            if (!_tensors.ContainsKey(tensor))
                throw new InkstoneFormatException("the index names a tensor that its shard does not hold", index,
                    $"tensor {Excerpt.Of(tensor)} in {shard}", "none of that name");
        }
    }

    private void Add(SafetensorsFile file, IReadOnlyDictionary<string, string>? shardOf, string index)
    {
        _files.Add(file);
        foreach (var tensor in file.Header.Tensors)
        {
            if (shardOf is not null && shardOf.GetValueOrDefault(tensor.Name) != Path.GetFileName(file.Path))
            {
                var said = shardOf.TryGetValue(tensor.Name, out var other) ? $"gives to {other}" : "does not name";
                throw new InkstoneFormatException("a shard holds a tensor that the index does not give it", file.Path,
                    "the tensors named for it in the index", $"{Excerpt.Of(tensor.Name)}, which {index} {said}");
            }
            _tensors.Add(tensor.Name, (file, tensor));
        }
    }
}
