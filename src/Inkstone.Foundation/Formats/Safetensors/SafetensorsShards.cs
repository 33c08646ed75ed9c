using System.Globalization;

namespace Inkstone.Foundation.Formats;

/// <summary>Divides a model's tensors among files, and says in an index which file holds which.</summary>
public static class SafetensorsShards
{
    /// <summary>The files, in order: one of the plain name where everything fits, else as many as it takes, each named by its number and their count.</summary>
    /// <param name="tensors">The tensors, which keep their order.</param>
    /// <param name="maximumBytes">The most bytes of tensors in a file; a file of one tensor may be longer.</param>
    public static IReadOnlyList<(string FileName, IReadOnlyList<SafetensorsSource> Tensors)> Split(IReadOnlyList<SafetensorsSource> tensors, long maximumBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maximumBytes);
        var groups = new List<List<SafetensorsSource>> { new() };
        var bytes = 0L;
        foreach (var tensor in tensors)
        {
            var more = SafetensorsWriter.ByteCount(tensor);
            if (groups[^1].Count > 0 && bytes > maximumBytes - more)
            {
                groups.Add([]);
                bytes = 0;
            }
            groups[^1].Add(tensor);
            bytes = checked(bytes + more);
        }
        return [.. groups.Select((group, i) => (NameOf(i + 1, groups.Count), (IReadOnlyList<SafetensorsSource>)group))];
    }

    /// <summary>The index of several files.</summary>
    public static byte[] Index(IReadOnlyList<(string FileName, IReadOnlyList<SafetensorsSource> Tensors)> shards) => StableJson.ToBytes(json =>
    {
        json.WriteStartObject();
        json.WriteStartObject("metadata");
        json.WriteNumber("total_size", shards.SelectMany(shard => shard.Tensors).Sum(SafetensorsWriter.ByteCount));
        json.WriteEndObject();
        json.WriteStartObject("weight_map");
        foreach (var (name, file) in shards.SelectMany(shard => shard.Tensors.Select(tensor => (tensor.Name, shard.FileName))).OrderBy(pair => pair.Name, StringComparer.Ordinal))
            json.WriteString(name, file);
        json.WriteEndObject();
        json.WriteEndObject();
    });

    private static string NameOf(int number, int count) => count == 1 ? SafetensorsFolder.SingleFileName
        : string.Create(CultureInfo.InvariantCulture, $"model-{number:D5}-of-{count:D5}.safetensors");
}
