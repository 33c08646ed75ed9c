using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Formats;
using Inkstone.Models;

namespace Inkstone.Recipes;

/// <summary>How an embedder's rows become a vector, as GGUF has it: a number beside the network's values. The vector is normalised in any case.</summary>
internal static class GgufPooling
{
    private const string Name = "pooling_type";

    private const int Ranking = 4;

    private static readonly (PoolingModes Mode, uint Number)[] Known = [(PoolingModes.Mean, 1), (PoolingModes.First, 2), (PoolingModes.Last, 3)];

    /// <summary>Writes what an embedder's folder says; returns the folder of its network, or the folder itself if it is none, and what is not kept.</summary>
    /// <exception cref="InkstoneRequestException">GGUF has no such embedder.</exception>
    public static (string NetworkFolder, Action<GgufValues, string> Write, IReadOnlyList<string> Lost) Read(string folder)
    {
        if (!EmbedderFolder.IsEmbedder(folder))
            return (folder, (_, _) => { }, []);
        var description = EmbedderFolder.ReadDescription(folder);
        var number = Known.FirstOrDefault(known => known.Mode == description.Pooling).Number;
        if (number == 0 || description.HasLayers)
            throw new InkstoneRequestException("GGUF has no such embedder", folder, "one pooling (mean, first or last token) and no layers after it",
                description.HasLayers ? "layers" : description.Pooling.ToString());
        var lost = new List<string>();
        if (!description.IsNormalised)
            lost.Add("that vectors keep their length: of a file they have length one");
        if (description.MaximumLength is { } length)
            lost.Add(FormattableString.Invariant($"that texts are cut at {length} tokens: of a file they are cut at its context"));
        if (EmbeddingPrompts.Read(folder) is { Texts.Count: > 0 and var count })
            lost.Add(FormattableString.Invariant($"{count} prompts that stand before texts"));
        return (description.NetworkFolder, (values, architecture) => values.Set($"{architecture}.{Name}", number), lost);
    }

    /// <summary>How a file's rows become a vector; null where it says nothing of that.</summary>
    /// <exception cref="InkstoneFormatException">They do not: the file ranks texts, or names a way that is not known.</exception>
    public static PoolingModes? ModeOf(GgufMetadata metadata)
    {
        if (Find(metadata) is not { } value || value.AsInt64() == 0)
            return null;
        return Mode(value) ?? throw value.Error("rows become no vector in this way", "0 (none), 1 (mean), 2 (first token) or 3 (last token)",
            value.AsInt64() == Ranking ? "4 (ranks of texts)" : FormattableString.Invariant($"{value.AsInt64()}"));
    }

    /// <summary>The files of an embedder's folder beside its network; none where the file names no pooling that is known.</summary>
    public static IReadOnlyList<(string Path, byte[] Content)> FilesOf(GgufMetadata metadata, int width) =>
        Find(metadata) is { } value && Mode(value) is { } mode ? EmbedderFolder.Files(mode, width) : [];

    private static GgufValue? Find(GgufMetadata metadata) => metadata.Find($"{metadata.Get("general.architecture").AsString()}.{Name}");

    private static PoolingModes? Mode(GgufValue value) => Known.Where(known => known.Number == value.AsInt64()).Select(known => (PoolingModes?)known.Mode).FirstOrDefault();
}
