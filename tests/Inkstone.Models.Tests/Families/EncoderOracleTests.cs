using Inkstone.Tensors;
using Inkstone.TestKit;

namespace Inkstone.Models.Tests;

/// <summary>T5's logits, BERT's and RoBERTa's hidden rows, and vectors of texts, against PyTorch.</summary>
public sealed class EncoderOracleTests
{
    private const double Tolerance = 2e-6;

    private static readonly Golden Vectors = Golden.Load("encoders.json");

    public static TheoryData<string, bool> Backends => new() { { "t5", true }, { "t5", false }, { "t5-gated", true }, { "t5-gated", false } };

    [Theory, MemberData(nameof(Backends))]
    public void LogitsOfAnEncoderDecoder(string name, bool isFast)
    {
        var golden = Vectors[name];
        using var folder = new OracleFolder(golden);
        using var scope = PoolScope.Open();
        Backend backend = isFast ? Backend.Default : ReferenceBackend.Single;
        var model = (T5)ModelFolder.Load(folder.Path, backend);
        var source = Pass(OracleFolder.Lists(golden.Json.GetProperty("sources")), backend);
        var target = Pass(OracleFolder.Lists(golden.Json.GetProperty("targets")), backend, source);
        var logits = model.Head.Forward(model.Forward(target), target);
        TensorAssert.Close(golden.Tensor("encoded").Data, source.Encoded.ToDoubles(), Tolerance, "encoded rows");
        TensorAssert.Close(golden.Tensor("logits").Data, logits.ToDoubles(), Tolerance, "logits");
    }

    [Theory, InlineData("bert", true), InlineData("bert", false), InlineData("roberta", true), InlineData("roberta", false)]
    public void HiddenRowsOfAnEncoder(string name, bool isFast)
    {
        var golden = Vectors[name];
        using var folder = new OracleFolder(golden);
        using var scope = PoolScope.Open();
        Backend backend = isFast ? Backend.Default : ReferenceBackend.Single;
        var model = (Bert)ModelFolder.Load(folder.Path, backend);
        var pass = Pass(OracleFolder.Lists(golden.Json.GetProperty("texts")), backend);
        int[] types = [.. OracleFolder.Lists(golden.Json.GetProperty("types")).SelectMany(text => text)];
        var hidden = model.Forward(pass, Tensor.From(types, [types.Length], backend));
        TensorAssert.Close(golden.Tensor("hidden").Data, hidden.ToDoubles(), Tolerance, "hidden rows");
        Assert.Equal(golden.Has("pooled"), model.Settings.HasPooler);
        if (golden.Has("pooled"))
            TensorAssert.Close(golden.Tensor("pooled").Data, model.Pool(hidden, pass).ToDoubles(), Tolerance, "pooled rows");
    }

    [Theory, InlineData("bert"), InlineData("roberta")]
    public void VectorsOfTexts(string name)
    {
        var golden = Vectors[name];
        using var folder = new OracleFolder(golden);
        var model = ModelFolder.Load(folder.Path);
        ReadOnlyMemory<int>[] texts = [.. OracleFolder.Lists(golden.Json.GetProperty("texts")).Select(text => (ReadOnlyMemory<int>)text)];
        foreach (var (mode, expected) in golden.NamedTensors("vectors"))
        {
            var pooling = Enum.Parse<PoolingModes>(mode);
            var vectors = new Embedder(model, pooling, normalised: pooling == PoolingModes.Mean).Embed(texts);
            TensorAssert.Close(expected.Data, [.. vectors.SelectMany(vector => vector).Select(number => (double)number)], Tolerance, mode);
        }
    }

    private static FullPass Pass(int[][] texts, Backend backend, Pass? source = null)
    {
        int[] starts = [0, .. texts.Select((_, i) => texts.Take(i + 1).Sum(text => text.Length))];
        return FullPass.Over(texts.SelectMany(text => text).ToArray(), new TokenLayout(starts), backend, source: source);
    }
}
