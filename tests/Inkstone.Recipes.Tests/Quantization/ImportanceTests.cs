using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Formats;
using Inkstone.Foundation.Randomness;
using Inkstone.Models;
using Inkstone.Tensors;

namespace Inkstone.Recipes.Tests;

/// <summary>Importance: what is collected, and the file it is kept in.</summary>
public sealed class ImportanceTests : IDisposable
{
    private readonly SmallRuns _runs = new();
    private readonly CalibrationText _text = new([.. Enumerable.Range(0, 3).Select(w => (int[])[1, .. Enumerable.Range(0, 63).Select(i => (i * 31 + w * 17) % 260)])], 64, []);

    public void Dispose() => _runs.Dispose();

    [Fact]
    public void SquaresAreThoseOfWhatTheMatricesRead()
    {
        var placed = TrainedFiles.Load(ByteModelFile.Write(_runs.In("a.gguf"), new Llama(ByteModelFile.Llama, Rng.From(5))));
        var found = ImportanceCollector.Collect(placed, _text, "a text", SilentObserver.Instance, default);
        Assert.Equal((3, 64, "a text"), (found.ChunkCount, found.ChunkSize, found.Datasets.Single()));
        Assert.Equal(placed.Places.Where(place => place.Name != "token_embd.weight").Select(place => place.Name).Order(StringComparer.Ordinal), found.Entries.Keys);
        var tap = new Squares();
        foreach (var window in _text.Windows)
            placed.Model.Forward(FullPass.Over(window, new TokenLayout(0, window.Length), placed.Model.Backend, taps: tap));
        foreach (var (name, site, layer) in ((string, Site, int)[])[
            ("blk.0.attn_q", Site.AttentionNorm, 0), ("blk.1.attn_v", Site.AttentionNorm, 1), ("blk.1.attn_output", Site.Attention, 1),
            ("blk.0.ffn_up", Site.FeedForwardNorm, 0), ("output", Site.FinalNorm, -1)])
        {
            var (sums, counts) = found.Entries[name + ".weight"];
            Assert.Equal([192L], counts);
            Assert.Equal(tap.Sums[(layer, site)], sums.Select(sum => (double)sum), (a, b) => Math.Abs(a - b) <= 1e-4 * Math.Abs(a));
        }
    }

    [Fact]
    public void ExpertsAreCountedEachForItself()
    {
        var config = ByteModelFile.Llama with { PublishedAs = "mixtral", Experts = new ExpertOptions { Count = 4, Chosen = 2, HiddenWidth = 192 } };
        var placed = TrainedFiles.Load(ByteModelFile.Write(_runs.In("experts.gguf"), new Llama(config, Rng.From(5))));
        var found = ImportanceCollector.Collect(placed, _text, "a text", SilentObserver.Instance, default);
        var (sums, counts) = found.Entries["blk.0.ffn_gate_exps.weight"];
        Assert.Equal((4, 4 * 64, 2 * 192), (counts.Length, sums.Length, counts.Sum()));
        var router = found.Entries["blk.0.ffn_gate_inp.weight"];
        for (var column = 0; column < 64; column++)
            Assert.Equal(2 * router.Sums[column], Enumerable.Range(0, 4).Sum(expert => sums[expert * 64 + column]), 1e-3f * router.Sums[column]);
        foreach (var method in Enum.GetValues<QuantizationMethod>())
        {
            var text = _runs.WriteFile("text.txt", SmallRuns.Sentences(3, 60));
            var report = ModelQuantization.Quantize(_runs.In("experts.gguf"), _runs.In("q.gguf"), new() { Mix = QuantizationMix.Named("Q8_0"), Method = method, Calibration = text });
            Assert.InRange(report.Quality!.Divergence, 0, 1e-3);
        }
    }

    [Fact]
    public void AFileGivesBackWhatWasWritten()
    {
        var path = _runs.In("imatrix.gguf");
        var entries = new Dictionary<string, InputSquares>
        {
            ["blk.0.attn_q.weight"] = new([1, 2, 3.5f, 0], [7]),
            ["blk.0.ffn_up_exps.weight"] = new([1, 2, 3, 4, 5, 6], [2, 0, 3]),
        };
        new ImportanceMatrix(["one", "two"], 5, 512, entries).Write(path);
        var read = ImportanceMatrix.Read(path);
        Assert.Equal((5, 512), (read.ChunkCount, read.ChunkSize));
        Assert.Equal(["one", "two"], read.Datasets);
        foreach (var (name, squares) in entries)
        {
            Assert.Equal(squares.Sums, read.Entries[name].Sums);
            Assert.Equal(squares.Counts, read.Entries[name].Counts);
        }
        Assert.Equal([1f / 7, 2f / 7, 0.5f, 0], read.Of("blk.0.attn_q.weight", 4, 1)!);
        Assert.Equal([0.5f, 1, 1, 1, 5f / 3, 2], read.Of("blk.0.ffn_up_exps.weight", 2, 3)!);
        Assert.Null(read.Of("blk.0.attn_k.weight", 4, 1));
        Assert.Throws<InkstoneRequestException>(() => read.Of("blk.0.attn_q.weight", 8, 1));
    }

    [Fact]
    public void WhatWasSavedGivesTheSameFile()
    {
        var source = ByteModelFile.Write(_runs.In("a.gguf"), new Llama(ByteModelFile.Llama, Rng.From(5)));
        var text = _runs.WriteFile("text.txt", SmallRuns.Sentences(3, 60));
        var options = new QuantizationOptions { Mix = QuantizationMix.Named("Q5_1") };
        ModelQuantization.Quantize(source, _runs.In("b.gguf"), options with { Calibration = text, SaveImportance = _runs.In("i.gguf") });
        ModelQuantization.Quantize(source, _runs.In("c.gguf"), options with { Importance = _runs.In("i.gguf") });
        Assert.Equal(File.ReadAllBytes(_runs.In("b.gguf")), File.ReadAllBytes(_runs.In("c.gguf")));
        using var file = GgufFile.Open(_runs.In("c.gguf"));
        Assert.Equal(("i.gguf", "text.txt"), (file.Metadata.Get("quantize.imatrix.file").AsString(), file.Metadata.Get("quantize.imatrix.dataset").AsString()));
    }

    [Fact]
    public void BrokenFilesAreRefused()
    {
        var path = _runs.In("broken.gguf");
        void Write(string kind, params GgufSource[] tensors)
        {
            using var file = File.Create(path);
            GgufWriter.Write(new GgufValues().Set("general.type", kind), tensors, file);
        }
        GgufSource Of(string name, params float[] numbers) =>
            new(name, GgufTensorType.F32, [numbers.Length], stream => stream.Write(System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(numbers)));
        Write("model");
        Assert.Throws<InkstoneFormatException>(() => ImportanceMatrix.Read(path));
        Write("imatrix", Of("a.in_sum2", 1, 2));
        Assert.Throws<InkstoneFormatException>(() => ImportanceMatrix.Read(path));
        Write("imatrix", Of("a.in_sum2", 1, 2), Of("a.counts", 1, 2, 3));
        Assert.Throws<InkstoneFormatException>(() => ImportanceMatrix.Read(path));
        foreach (var bad in (float[])[float.NaN, -1, float.PositiveInfinity])
        {
            Write("imatrix", Of("a.in_sum2", 1, bad), Of("a.counts", 1));
            Assert.Throws<InkstoneFormatException>(() => ImportanceMatrix.Read(path));
        }
        Write("imatrix", Of("a.in_sum2", 1, 2), Of("a.counts", 4));
        Assert.Equal([0.25f, 0.5f], ImportanceMatrix.Read(path).Of("a", 2, 1)!);
    }

    private sealed class Squares : ITap
    {
        public Dictionary<(int, Site), double[]> Sums { get; } = [];

        public Tensor At(int layer, Site site, Tensor value)
        {
            var numbers = value.ToArray();
            var width = numbers.Length / value.Shape[0];
            if (!Sums.TryGetValue((layer, site), out var sums))
                Sums.Add((layer, site), sums = new double[width]);
            for (var i = 0; i < numbers.Length; i++)
                sums[i % width] += (double)numbers[i] * numbers[i];
            return value;
        }

        public bool WantsWeights(int layer) => false;

        public void Weights(int layer, Tensor weights)
        {
        }
    }
}
