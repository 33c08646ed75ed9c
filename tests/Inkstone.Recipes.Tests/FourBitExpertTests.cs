using System.Text.Json.Nodes;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Formats;
using Inkstone.Foundation.Randomness;
using Inkstone.Models;
using Inkstone.Tensors;

namespace Inkstone.Recipes.Tests;

/// <summary>gpt-oss's folders with experts in MXFP4: what they hold, said again in plain numbers, gives the same logits; and GGUF gets the same blocks.</summary>
public sealed class FourBitExpertTests : IDisposable
{
    private const int Experts = 3;
    private const int Width = 32;

    // the sixteen numbers of four bits: a sign, two bits of exponent, one of fraction; a zero without its sign, as ggml has it
    private static readonly float[] Fours = [0, 0.5f, 1, 1.5f, 2, 3, 4, 6, 0, -0.5f, -1, -1.5f, -2, -3, -4, -6];
    private readonly SmallRuns _folder = new();

    public FourBitExpertTests()
    {
        var tiny = (GptOssConfig)ModelFamilies.Named("gpt_oss", "test").TinyConfigs[0];
        var config = tiny with { Experts = tiny.Experts with { Count = Experts, HiddenWidth = Width } };
        ConversionSamples.Write(_folder.In("plain"), config);
        ConversionSamples.Write(_folder.In("packed"), config);
        Pack();
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void PackedIsPlain()
    {
        Assert.Equal(ConversionSamples.Logits(_folder.In("plain")), ConversionSamples.Logits(_folder.In("packed")));
    }

    [Fact]
    public void GgufHasTheBlocks()
    {
        ModelConversion.Convert(_folder.In("packed"), _folder.In("model.gguf"));
        using (var file = GgufFile.Open(_folder.In("model.gguf")))
        {
            Assert.Equal(6, file.Tensors.Count(tensor => tensor.Type == GgufTensorType.MXFP4));
            Assert.Equal(Hidden(ModelFolder.Load(_folder.In("packed"), options: LoadOptions.ForUse)), Hidden(GgufModel.Load(file)));
        }
        ModelConversion.Convert(_folder.In("model.gguf"), _folder.In("back"), new() { Format = WeightFormat.F32 });
        Assert.Equal(ConversionSamples.Tensors(_folder.In("plain")).OrderBy(pair => pair.Key), ConversionSamples.Tensors(_folder.In("back")).OrderBy(pair => pair.Key));
    }

    [Fact]
    public void ScalesOfAnotherShapeAreRefused()
    {
        Rewrite("packed", tensors => tensors.Select(tensor => tensor.Name.EndsWith("down_proj_scales", StringComparison.Ordinal) ? tensor with { Shape = [Experts, 1, Width] } : tensor));
        Assert.Throws<InkstoneFormatException>(() => ModelFolder.Load(_folder.In("packed")));
    }

    private static float[] Hidden(Model model)
    {
        using var scope = PoolScope.Open();
        int[] tokens = [.. Enumerable.Range(0, 20)];
        return model.Forward(FullPass.Over(tokens, new TokenLayout(0, tokens.Length), model.Backend)).ToArray();
    }

    /// <summary>Draws experts of four bits, and writes them packed in one folder and plain in the other.</summary>
    private void Pack()
    {
        var random = Rng.From(8).Cursor();
        var (plain, packed) = (new Dictionary<string, byte[]>(), new List<SafetensorsSource>());
        for (var layer = 0; layer < 2; layer++)
            foreach (var (name, rows) in new[] { ("gate_up_proj", 2 * Width), ("down_proj", Width) })
            {
                var full = $"model.layers.{layer}.mlp.experts.{name}";
                var (blocks, scales, numbers) = (new byte[Experts * rows * 16], new byte[Experts * rows], new float[Experts * rows * Width]);
                for (var row = 0; row < Experts * rows; row++)
                {
                    scales[row] = (byte)(122 + random.NextInt(4));
                    for (var column = 0; column < Width; column++)
                    {
                        var four = random.NextInt(16);
                        blocks[row * 16 + column / 2] |= (byte)(four << (column % 2 * 4));
                        // plain folders hold the matrices turned
                        numbers[(row / rows * Width + column) * rows + row % rows] = Fours[four] * MathF.Pow(2, scales[row] - 127);
                    }
                }
                plain.Add(full, System.Runtime.InteropServices.MemoryMarshal.AsBytes(numbers.AsSpan()).ToArray());
                packed.Add(new(full + "_blocks", SafetensorsType.U8, [Experts, rows, 1, 16], stream => stream.Write(blocks)));
                packed.Add(new(full + "_scales", SafetensorsType.U8, [Experts, rows, 1], stream => stream.Write(scales)));
            }
        Rewrite("plain", tensors => tensors.Select(tensor => plain.TryGetValue(tensor.Name, out var bytes) ? tensor with { WriteData = stream => stream.Write(bytes) } : tensor));
        Rewrite("packed", tensors => tensors.Where(tensor => !plain.ContainsKey(tensor.Name)).Concat(packed));
        var path = _folder.In("packed", "config.json");
        var config = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        config["quantization_config"] = new JsonObject { ["quant_method"] = "mxfp4", ["modules_to_not_convert"] = new JsonArray("lm_head") };
        File.WriteAllText(path, config.ToJsonString());
    }

    private void Rewrite(string name, Func<IEnumerable<SafetensorsSource>, IEnumerable<SafetensorsSource>> change)
    {
        var sources = new List<SafetensorsSource>();
        using (var weights = SafetensorsFolder.Open(_folder.In(name)))
            foreach (var (file, tensor) in weights.Tensors.Values)
            {
                var bytes = new byte[tensor.ByteLength];
                file.Read(tensor, 0, bytes);
                sources.Add(new(tensor.Name, tensor.Type, tensor.Shape, stream => stream.Write(bytes)));
            }
        using var output = File.Create(_folder.In(name, "model.safetensors"));
        SafetensorsWriter.Write(change(sources), null, output);
    }
}
