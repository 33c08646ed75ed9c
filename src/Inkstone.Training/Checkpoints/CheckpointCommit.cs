using System.Globalization;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Files;
using Inkstone.Foundation.Formats;

namespace Inkstone.Training;

/// <summary>
/// What makes a folder a checkpoint: <c>COMMIT.json</c>, written last, with the size and digest of every other file and its own digest. Its bytes are a
/// function of its content, so a file that was changed anywhere is known.
/// </summary>
/// <param name="Step">How many steps were done.</param>
/// <param name="Files">The other files by name.</param>
public sealed record CheckpointCommit(long Step, IReadOnlyDictionary<string, FileDigest> Files)
{
    /// <summary>The file's name.</summary>
    public const string FileName = "COMMIT.json";

    private const int Version = 1;
    private static readonly JsonLimits Limits = new() { MaximumBytes = 1 << 20, MaximumDepth = 4, MaximumValues = 10_000 };

    /// <summary>The file's bytes.</summary>
    public byte[] ToBytes() => ToBytes(FileDigest.Of(ToBytes("")).Sha256);

    /// <summary>Reads the file.</summary>
    /// <exception cref="InkstoneFormatException">It is not what <see cref="ToBytes()"/> wrote.</exception>
    public static CheckpointCommit Parse(byte[] bytes, string source)
    {
        var json = BoundedJson.Parse(bytes, source, Limits).AsObject();
        json.GetInt32("version", Version, Version);
        var files = new SortedDictionary<string, FileDigest>(StringComparer.Ordinal);
        foreach (var (name, value) in json.Get("files").Members())
        {
            var file = value.AsObject();
            files.Add(name, new FileDigest(file.GetInt64("length", 0, long.MaxValue), file.GetString("sha256")));
        }
        var commit = new CheckpointCommit(json.GetInt64("step", 0, long.MaxValue), files);
        if (!commit.ToBytes().AsSpan().SequenceEqual(bytes))
            throw new InkstoneFormatException("the commit record is unlike its own digest", source);
        return commit;
    }

    private byte[] ToBytes(string digest) => StableJson.ToBytes(json =>
    {
        json.WriteStartObject();
        json.WriteNumber("version", Version);
        json.WriteNumber("step", Step);
        json.WriteStartObject("files");
        foreach (var (name, file) in Files.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            json.WriteStartObject(name);
            json.WriteNumber("length", file.Length);
            json.WriteString("sha256", file.Sha256);
            json.WriteEndObject();
        }
        json.WriteEndObject();
        json.WriteString("digest", digest);
        json.WriteEndObject();
    });

    /// <summary>The folder's name of a checkpoint after a number of steps.</summary>
    public static string FolderName(long step) => string.Create(CultureInfo.InvariantCulture, $"step-{step:D8}");

    /// <summary>The number of steps a folder's name tells.</summary>
    public static bool TryParseName(string name, out long step)
    {
        step = 0;
        return name.StartsWith("step-", StringComparison.Ordinal)
            && long.TryParse(name.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out step) && FolderName(step) == name;
    }
}
