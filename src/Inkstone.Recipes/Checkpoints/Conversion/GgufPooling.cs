using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Formats;
using Inkstone.Models;

namespace Inkstone.Recipes;

/// <summary>How an embedder's rows become a vector, as GGUF has it: a number beside the network's values. The vector is normalised in any case.</summary>
internal static class GgufPooling
{
    private const string Name = "pooling_type";

    private static readonly (PoolingModes Mode, uint Number)[] Known = [(PoolingModes.Mean, 1), (PoolingModes.First, 2), (PoolingModes.Last, 3)];

    /// <summary>Writes what an embedder's folder says; returns the folder of its network, or the folder itself if it is none.</summary>
    /// <exception cref="InkstoneRequestException">GGUF has no such embedder.</exception>
    public static (string NetworkFolder, Action<GgufValues, string> Write) Read(string folder)
    {
        if (!EmbedderFolder.IsEmbedder(folder))
            return (folder, (_, _) => { });
        var (network, pooling, hasLayers) = EmbedderFolder.ReadDescription(folder);
        var number = Known.FirstOrDefault(known => known.Mode == pooling).Number;
        if (number == 0 || hasLayers)
            throw new InkstoneRequestException("GGUF has no such embedder", folder, "one pooling (mean, first or last token) and no layers after it", hasLayers ? "layers" : pooling.ToString());
        return (network, (values, architecture) => values.Set($"{architecture}.{Name}", number));
    }

    /// <summary>The files of an embedder's folder beside its network; none where the file says nothing of pooling.</summary>
    public static IReadOnlyList<(string Path, byte[] Content)> FilesOf(GgufMetadata metadata, int width)
    {
        var number = metadata.Find($"{metadata.Get("general.architecture").AsString()}.{Name}")?.AsInt64() ?? 0;
        return Known.Any(known => known.Number == number) ? EmbedderFolder.Files(Known.First(known => known.Number == number).Mode, width) : [];
    }
}
