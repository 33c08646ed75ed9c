namespace Inkstone.Models;

/// <summary>The sizes that the values of every architecture have.</summary>
internal sealed record GgufSizes(int ContextLength, int Width, int LayerCount, int HiddenWidth, int HeadCount, int KeyValueHeadCount)
{
    /// <summary>The usual width of a head.</summary>
    public int HeadWidth => Math.Clamp(Width / HeadCount, 2, 4_096);

    /// <summary>Reads them.</summary>
    /// <param name="fields">The file's values.</param>
    /// <param name="sharesKeys">Whether several queries may share a key.</param>
    /// <param name="usualFactor">How many times the width the hidden width is where the file does not say it; null: it must say it.</param>
    public static GgufSizes Read(GgufFields fields, bool sharesKeys = true, int? usualFactor = null)
    {
        var width = fields.GetInt32("embedding_length", 1, 1 << 20);
        var heads = fields.GetInt32("attention.head_count", 1, 4_096);
        var keyValueHeads = fields.GetInt32("attention.head_count_kv", 1, 4_096, heads);
        if (!sharesKeys && keyValueHeads != heads)
            throw fields.Find("attention.head_count_kv")!.Value.Error("queries that share a key are not supported in this architecture", $"{heads}");
        return new(
            fields.GetInt32("context_length", 1, 1 << 24), width, fields.GetInt32("block_count", 1, 4_096), fields.GetInt32("feed_forward_length", 1, 1 << 22, usualFactor * width), heads,
            keyValueHeads);
    }

    /// <summary>Those of a decoder.</summary>
    public static GgufSizes Of(DecoderConfig config, int hiddenWidth, int keyValueHeadCount) =>
        new(config.ContextLength, config.Width, config.LayerCount, hiddenWidth, config.HeadCount, keyValueHeadCount);

    /// <summary>A decoder's configuration with what every file says of a decoder.</summary>
    public T On<T>(T config, GgufFields fields, NormKind norm)
        where T : DecoderConfig => (T)((DecoderConfig)config with
        {
            VocabularySize = fields.VocabularySize,
            ContextLength = ContextLength,
            Width = Width,
            LayerCount = LayerCount,
            HeadCount = HeadCount,
            NormEpsilon = fields.GetDouble(GgufNames.EpsilonOf(norm), 1e-12, 1),
        });

    /// <summary>Writes them.</summary>
    public GgufFieldWriter Write(GgufFieldWriter fields) =>
        fields.Set("context_length", ContextLength).Set("embedding_length", Width).Set("block_count", LayerCount).Set("feed_forward_length", HiddenWidth)
            .Set("attention.head_count", HeadCount).Set("attention.head_count_kv", KeyValueHeadCount);
}
