using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Formats;
using Inkstone.Foundation.Randomness;
using Inkstone.Tensors;

namespace Inkstone.Models.Tests;

/// <summary>A checkpoint between opening and loading: what it would take, and what is refused before any weight is read.</summary>
public sealed class OpenCheckpointTests : IDisposable
{
    private static readonly LlamaConfig Config = new()
    {
        VocabularySize = 320,
        ContextLength = 64,
        Width = 256,
        LayerCount = 2,
        HeadCount = 4,
        KeyValueHeadCount = 2,
        HeadWidth = 64,
        HiddenWidth = 512,
        TiedHead = false,
        RotaryPairing = RotaryPairing.Interleaved,
    };

    private readonly string _folder = Directory.CreateTempSubdirectory("inkstone-open-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    public static TheoryData<WeightFormat> Formats => [.. WeightFormats.All];

    [Theory, MemberData(nameof(Formats))]
    public void WhatIsMeasuredIsWhatIsTaken(WeightFormat format)
    {
        foreach (var options in (LoadOptions[])[LoadOptions.ForUse, new() { Interleave = false }])
        {
            using var checkpoint = OpenCheckpoint.Open(Gguf(format));
            var model = checkpoint.Prepare();
            var vectors = model.Parameters.Where(parameter => parameter.Value.Rank == 1).Sum(parameter => parameter.Value.Count) * sizeof(float);
            var matrices = model.Parameters.Where(parameter => parameter.Value.Rank > 1).Sum(parameter => WeightFormats.ByteLength(format, parameter.Value.Count));
            var measured = checkpoint.Measure(model, options);
            checkpoint.Load(model, options);
            var own = Frozen(model).Sum(matrix => matrix.OwnBytes);
            Assert.Equal(vectors + own, measured.PrivateBytes);
            Assert.Equal(own > 0 ? 0 : matrices, measured.MappedBytes);
        }
    }

    [Theory, InlineData(true), InlineData(false)]
    public void ReadingIsToldToItsEnd(bool frozen)
    {
        var path = Gguf(WeightFormat.Q8_0);
        using var checkpoint = OpenCheckpoint.Open(path);
        var told = new List<(long Done, long All)>();
        checkpoint.Load(checkpoint.Prepare(), new() { Frozen = frozen, Progress = (done, all) => told.Add((done, all)) });
        using var file = GgufFile.Open(path);
        Assert.All(told, at => Assert.Equal(file.Tensors.Sum(tensor => tensor.ByteLength), at.All));
        Assert.Equal(told.Select(at => at.Done).Order(), told.Select(at => at.Done));
        Assert.Equal(told[^1].All, told[^1].Done);
        Assert.Equal(file.Tensors.Count, told.Select(at => at.Done).Distinct().Count());
    }

    [Fact]
    public void WithoutMappingEverythingIsPrivate()
    {
        using var checkpoint = OpenCheckpoint.Open(Gguf(WeightFormat.F16));
        var model = checkpoint.Prepare();
        var (mapped, copied) = (checkpoint.Measure(model), checkpoint.Measure(model, new() { Mapped = false }));
        Assert.Equal((0, mapped.TotalBytes), (copied.MappedBytes, copied.TotalBytes));
    }

    [Fact]
    public void ForTrainingEveryNumberTakesFourBytes()
    {
        using var checkpoint = OpenCheckpoint.Open(Gguf(WeightFormat.Q8_0));
        Assert.Equal(new WeightMemory(0, Config.ParameterCount * sizeof(float)), checkpoint.Measure(checkpoint.Prepare(), LoadOptions.Trainable));
    }

    [Fact]
    public void ExpertsAreCounted()
    {
        var config = Config with { Experts = new() { Count = 4, Chosen = 2, HiddenWidth = Config.HiddenWidth } };
        using var checkpoint = OpenCheckpoint.Open(Gguf(WeightFormat.F16, config));
        var measured = checkpoint.Measure(checkpoint.Prepare());
        // the routers are in single precision and count as mapped matrices too
        var vectors = (2L * 2 + 1) * config.Width;
        var routers = 2L * 4 * config.Width;
        Assert.Equal(vectors * sizeof(float), measured.PrivateBytes);
        Assert.Equal((config.ParameterCount - vectors - routers) * 2 + routers * sizeof(float), measured.MappedBytes);
    }

    [Fact]
    public void TheContextIsChosenBeforeTheNetworkIsBuilt()
    {
        using var checkpoint = OpenCheckpoint.Open(Gguf(WeightFormat.F16));
        Assert.Equal((64, 4_096), (checkpoint.Prepare().ContextLength, checkpoint.Prepare(null, 4_096).ContextLength));
        Assert.Throws<InkstoneRequestException>(() => checkpoint.Prepare(null, 0));
    }

    [Fact]
    public void NoWeightIsReadOfAFileThatIsRefused()
    {
        var model = new Llama(Config, Rng.From(1));
        var map = ModelFamilies.Of(model).GgufMap(model);
        string last = map.Entries[^1].Names[0];
        foreach (var (change, named) in ((Func<string, WeightFormat?>, string)[])[
            (name => name == last ? null : WeightFormat.F32, last),
            (name => name == last ? throw new InkstoneFormatException("the tensor's numbers are in a format that is not read", name, null, "IQ2_XXS") : WeightFormat.F32, "IQ2_XXS")])
        {
            using var store = new CountingStore(map, change);
            Assert.Contains(named, Assert.Throws<InkstoneFormatException>(() => WeightLoader.Load(model, map, store, LoadOptions.ForUse)).Message, StringComparison.Ordinal);
            Assert.Equal(0, store.ReadCount);
        }
        using var more = new CountingStore(map, _ => WeightFormat.F32) { More = "blk.0.attn_twist.weight" };
        Assert.Contains("attn_twist", Assert.Throws<InkstoneFormatException>(() => WeightLoader.Load(model, map, more, LoadOptions.ForUse)).Message, StringComparison.Ordinal);
        Assert.Equal(0, more.ReadCount);
    }

    [Theory]
    [InlineData("BOOL")]
    [InlineData("U8")]
    [InlineData("F8_E4M3")]
    [InlineData("I8")]
    public void NumbersOfATypeThatIsNotReadAreNamed(string type)
    {
        ModelFolder.Save(new Llama(Config with { RotaryPairing = RotaryPairing.Halves }, Rng.From(1)), _folder);
        var path = Path.Combine(_folder, SafetensorsFolder.SingleFileName);
        using (var file = SafetensorsFile.Open(path))
            Rewrite(path, file, type);
        Assert.Contains(type, Assert.Throws<InkstoneFormatException>(() => OpenCheckpoint.Open(_folder).Load()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AFileCutShortAfterItWasOpenedIsAnError(bool mapped)
    {
        var path = Gguf(WeightFormat.F16);
        using var checkpoint = OpenCheckpoint.Open(path);
        var model = checkpoint.Prepare();
        if (OperatingSystem.IsWindows())
            return; // the open file is held there
        Cut(path, new FileInfo(path).Length / 2);
        var error = Assert.ThrowsAny<InkstoneException>(() => checkpoint.Load(model, new() { Mapped = mapped }));
        Assert.Contains(mapped ? "changed after it was opened" : "cut short", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AFileCutShortBeforeIsAnErrorToo()
    {
        var path = Gguf(WeightFormat.F16);
        Cut(path, new FileInfo(path).Length - 4_096);
        Assert.Throws<InkstoneFormatException>(() => OpenCheckpoint.Open(path));
    }

    private static void Cut(string path, long length)
    {
        // as another program would that knows of no locks
        using var process = System.Diagnostics.Process.Start("truncate", ["-s", length.ToString(System.Globalization.CultureInfo.InvariantCulture), path]);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    private string Gguf(WeightFormat format, LlamaConfig? config = null)
    {
        var path = Path.Combine(_folder, "model.gguf");
        using var file = File.Create(path);
        GgufWriter.Write(GgufModel.ValuesOf(config ?? Config), GgufModel.TensorsOf(new Llama(config ?? Config, Rng.From(1)), (_, _) => format), file);
        return path;
    }

    private static void Rewrite(string path, SafetensorsFile file, string type)
    {
        var first = file.Header.Tensors[0];
        var bytes = File.ReadAllBytes(path);
        var length = (int)BitConverter.ToInt64(bytes);
        var header = System.Text.Encoding.UTF8.GetString(bytes, 8, length);
        var width = type is "BOOL" or "U8" or "I8" or "F8_E4M3" ? 1 : 4;
        var at = header.IndexOf($"\"{first.Name}\"", StringComparison.Ordinal);
        var changed = header[..at] + Replaced(header[at..], "\"F32\"", $"\"{type}\"");
        // the same bytes, said to be more numbers
        changed = changed[..at] + Replaced(changed[at..], $"[{string.Join(",", first.Shape)}]", $"[{first.Shape[0]},{first.Shape[1] * 4 / width}]");
        var text = System.Text.Encoding.UTF8.GetBytes(changed);
        using var stream = File.Create(path + ".new");
        stream.Write(BitConverter.GetBytes((long)text.Length));
        stream.Write(text);
        stream.Write(bytes.AsSpan(8 + length));
        stream.Close();
        File.Move(path + ".new", path, overwrite: true);
    }

    private static string Replaced(string text, string old, string @new)
    {
        var at = text.IndexOf(old, StringComparison.Ordinal);
        Assert.True(at >= 0, $"{old} is not in the header");
        return text[..at] + @new + text[(at + old.Length)..];
    }

    private static IEnumerable<FrozenMatrix> Frozen(Module module)
    {
        if (module is IWeightHolder { Weight: FrozenWeight weight })
            yield return weight.Matrix;
        foreach (var matrix in module.Children.SelectMany(Frozen))
            yield return matrix;
    }

    /// <summary>All tensors of a map, in a format each (null: it is not there), that count how often they are read.</summary>
    private sealed class CountingStore(CheckpointMap map, Func<string, WeightFormat?> formatOf) : TensorStore, ITensorBytes
    {
        private readonly Dictionary<string, Shape> _shapes = map.Entries.SelectMany(entry => entry.StoredShapes()).ToDictionary(stored => stored.Name, stored => stored.Shape);

        public int ReadCount { get; private set; }

        public string? More { get; init; }

        public override string Path => "a store";

        public override IEnumerable<string> Names => More is null ? _shapes.Keys : _shapes.Keys.Append(More);

        public override Int128 Count => 0;

        public override bool Has(string name) => _shapes.ContainsKey(name);

        public override StoredTensor? Find(string name) =>
            formatOf(name) is { } format ? new(name, name, format, [.. _shapes[name].Select(extent => (long)extent)], this) : null;

        public void Read(long start, Span<byte> destination) => ReadCount++;

        public Foundation.Files.MappedWindow Map() => throw new InvalidOperationException($"mapped after {ReadCount++} reads");

        protected override void Dispose(bool disposing)
        {
        }
    }
}
