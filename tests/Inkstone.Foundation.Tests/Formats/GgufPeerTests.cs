using System.Text;
using System.Text.Json;
using Inkstone.Foundation.Formats;
using Inkstone.TestKit;
using Xunit.Abstractions;

namespace Inkstone.Foundation.Tests.Formats;

/// <summary>What node-llama-cpp reads in files written here, whole and split, is what was written.</summary>
public sealed class GgufPeerTests(ITestOutputHelper output)
{
    private static GgufValues Values => new GgufValues().Set("general.architecture", "llama").Set("general.name", "Tinte 墨").Set("llama.context_length", 64u).Set("llama.rope.freq_base", 10_000f)
        .Set("test.u8", byte.MaxValue).Set("test.i8", sbyte.MinValue).Set("test.u16", ushort.MaxValue).Set("test.i16", short.MinValue).Set("test.i32", int.MinValue)
        .Set("test.u64", ulong.MaxValue).Set("test.i64", long.MinValue).Set("test.f64", 0.1).Set("test.yes", true).Set("test.no", false)
        .SetTexts("tokenizer.ggml.tokens", ["<s>", "", "▁墨"]).SetArray("tokenizer.ggml.scores", [0f, -1.5f, 1e30f]).SetArray("tokenizer.ggml.token_type", [3, 1, 1]).SetArray("test.flags", [true, false]);

    [LlamaFact]
    public void HeadsAreReadAsTheyWereWritten()
    {
        using var folder = new TemporaryFolder();
        GgufModel.Save(folder["aligned.gguf"], Values.Set(GgufHeader.AlignmentKey, 256u), GgufModel.Tensors);
        GgufModel.Save(folder["none.gguf"], Values);
        GgufModel.Save(folder["whole.gguf"], Values, GgufModel.Tensors);
        var parts = GgufWriter.Split(Values, GgufModel.Tensors, 8_000);
        Assert.InRange(parts.Count, 2, 9);
        for (var i = 0; i < parts.Count; i++)
            GgufModel.Save(GgufFile.PartPath(folder["split"], i + 1, parts.Count), parts[i].Values, parts[i].Tensors);
        var lines = Theirs(folder.Path);
        Assert.Equal(4, lines.Length);
        foreach (var line in lines)
        {
            using var theirs = JsonDocument.Parse(line);
            var name = theirs.RootElement.GetProperty("file").GetString()!;
            using var ours = GgufFile.Open(folder[name]);
            Assert.Equal(ours.Metadata.Names.Order(StringComparer.Ordinal), theirs.RootElement.GetProperty("values").EnumerateObject().Select(value => value.Name).Order(StringComparer.Ordinal));
            foreach (var value in theirs.RootElement.GetProperty("values").EnumerateObject())
                Assert.Equal($"{value.Name} {Show(value.Value)}", $"{value.Name} {Show(ours.Metadata.Get(value.Name))}");
            Assert.Equal(theirs.RootElement.GetProperty("tensors").EnumerateArray().Select(tensor => tensor.GetRawText()), ours.Tensors.Select(Show));
            output.WriteLine($"{name}: {ours.Metadata.Names.Count} values, {ours.Tensors.Count} tensors in {ours.Parts.Count} files are the same");
        }
    }

    private static string Show(GgufTensor tensor) =>
        JsonSerializer.Serialize<object[]>([tensor.Name, tensor.Shape.Reverse().ToArray(), (uint)tensor.Type, tensor.FileOffset, tensor.Part + 1]);

    private static string Show(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => string.Join(", ", value.EnumerateArray().Select(Show)),
        JsonValueKind.Number => FormattableString.Invariant($"{value.GetDouble()}"),
        _ => value.ToString(), // a number of 64 bits is a text there
    };

    private static string Show(GgufValue value) => (value.Type, value.ElementType) switch
    {
        (GgufType.Array, GgufType.String) => string.Join(", ", value.AsTexts().Select(text => Encoding.UTF8.GetString(text.Span))),
        (GgufType.Array, GgufType.Float32) => string.Join(", ", value.AsSingles().Select(number => FormattableString.Invariant($"{(double)number}"))),
        (GgufType.Array, GgufType.Boolean) => string.Join(", ", value.Bytes.ToArray().Select(truth => truth == 1)),
        (GgufType.Array, _) => string.Join(", ", value.AsInt32s()),
        (GgufType.String, _) => value.AsString(),
        (GgufType.Boolean, _) => value.AsBoolean().ToString(),
        (GgufType.Float32 or GgufType.Float64, _) => FormattableString.Invariant($"{value.AsDouble()}"),
        (GgufType.UInt64, _) => FormattableString.Invariant($"{BitConverter.ToUInt64(value.Bytes)}"),
        _ => FormattableString.Invariant($"{value.AsInt64()}"),
    };

    private static string[] Theirs(string folder) => OracleScript.Run("node", "gguf-infos.js", folder).Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
