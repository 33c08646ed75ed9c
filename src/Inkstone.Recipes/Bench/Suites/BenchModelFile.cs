using Inkstone.Foundation.Formats;
using Inkstone.Foundation.Randomness;
using Inkstone.Models;
using Inkstone.Tensors;

namespace Inkstone.Recipes;

/// <summary>
/// GGUF files of a Llama of 1.039 billion random weights (width 2048, 16 layers, 32 heads, 8 key-value heads, hidden width 8192, vocabulary 32,000, tied head), written a
/// tile of rows at a time, so that nothing of that size is ever in memory.
/// </summary>
internal static class BenchModelFile
{
    private const int TileRows = 64;
    private const int LargePageBytes = 2 << 20;

    public static LlamaConfig Config { get; } = new()
    {
        VocabularySize = 32_000,
        ContextLength = 16_384,
        Width = 2_048,
        LayerCount = 16,
        HeadCount = 32,
        KeyValueHeadCount = 8,
        HeadWidth = 64,
        HiddenWidth = 8_192,
        TiedHead = true,
        NormEpsilon = 1e-5,
        RotaryTheta = 500_000,
        RotaryPairing = RotaryPairing.Interleaved,
    };

    /// <summary>Writes a file.</summary>
    /// <param name="path">Where.</param>
    /// <param name="formatOf">The format of each matrix by its name.</param>
    public static void Write(string path, Func<string, WeightFormat> formatOf)
    {
        var values = GgufModel.ValuesOf(Config);
        var size = Config.VocabularySize;
        string[] tokens = ["<unk>", "<s>", "</s>", .. Enumerable.Range(0, 256).Select(b => $"<0x{b:X2}>")];
        values.Set("tokenizer.ggml.model", "llama")
            .SetTexts("tokenizer.ggml.tokens", tokens.Concat(Enumerable.Range(0, size - tokens.Length).Select(i => $"w{i}")))
            .SetArray<float>("tokenizer.ggml.scores", [.. Enumerable.Range(0, size).Select(i => (float)-i)])
            .SetArray<int>("tokenizer.ggml.token_type", [2, 3, 3, .. Enumerable.Repeat(6, 256), .. Enumerable.Repeat(1, size - tokens.Length)])
            .Set("tokenizer.ggml.bos_token_id", 1u)
            .Set("tokenizer.ggml.eos_token_id", 2u);
        using var file = File.Create(path, LargePageBytes); // the system keeps what is written at once on one page
        GgufWriter.Write(values, [.. Shapes().Select(tensor => Source(tensor.Name, tensor.Shape, tensor.Shape.Length == 1 ? WeightFormat.F32 : formatOf(tensor.Name)))], file);
        file.Flush(flushToDisk: true); // what the system writes back later it would write back while something is timed
    }

    /// <summary>The format of each matrix in llama.cpp's mix Q4_K_M: six bits for the head and for half of what sums many terms.</summary>
    public static WeightFormat Q4KM(string name)
    {
        if (name == "token_embd.weight")
            return WeightFormat.Q6_K;
        if (!name.Contains("ffn_down", StringComparison.Ordinal) && !name.Contains("attn_v", StringComparison.Ordinal))
            return WeightFormat.Q4_K;
        var (layer, count) = (int.Parse(name.Split('.')[1], System.Globalization.CultureInfo.InvariantCulture), Config.LayerCount);
        return layer < count / 8 || layer >= 7 * count / 8 || (layer - count / 8) % 3 == 2 ? WeightFormat.Q6_K : WeightFormat.Q4_K;
    }

    private static IEnumerable<(string Name, long[] Shape)> Shapes()
    {
        var (width, keys) = (Config.Width, Config.KeyValueHeadCount * Config.HeadWidth);
        yield return ("token_embd.weight", [Config.VocabularySize, width]);
        yield return ("output_norm.weight", [width]);
        for (var layer = 0; layer < Config.LayerCount; layer++)
            foreach (var (name, shape) in ((string, long[])[])[
                ("attn_norm", [width]), ("attn_q", [width, width]), ("attn_k", [keys, width]), ("attn_v", [keys, width]), ("attn_output", [width, width]),
                ("ffn_norm", [width]), ("ffn_gate", [Config.HiddenWidth, width]), ("ffn_up", [Config.HiddenWidth, width]), ("ffn_down", [width, Config.HiddenWidth])])
                yield return ($"blk.{layer}.{name}.weight", shape);
    }

    private static GgufSource Source(string name, long[] shape, WeightFormat format) => new(name, (GgufTensorType)format.GgufId(), shape, stream =>
    {
        var columns = (int)shape[^1];
        var rows = shape.Length == 1 ? 1 : (int)shape[0];
        var tile = Math.Min(TileRows, rows);
        var numbers = new float[tile * columns];
        var rng = Rng.From(1).Split(name);
        for (var i = 0; i < numbers.Length; i++)
            numbers[i] = shape.Length == 1 ? 1 : (float)(rng.NormalAt((ulong)i) / Math.Sqrt(columns));
        var bytes = new byte[WeightFormats.ByteLength(format, numbers.Length)];
        WeightFormats.Quantize(format, numbers, [], bytes);
        for (var row = 0; row < rows; row += tile)
            stream.Write(bytes.AsSpan(0, (int)WeightFormats.ByteLength(format, (long)Math.Min(tile, rows - row) * columns)));
    });
}
