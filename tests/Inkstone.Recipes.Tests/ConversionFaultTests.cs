using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Files;
using Inkstone.Foundation.Randomness;
using Inkstone.Models;
using Inkstone.TestKit;

namespace Inkstone.Recipes.Tests;

/// <summary>Conversions that are cut short, fail or are fed broken files: one family of errors, and nothing half-written under the destination's name.</summary>
public sealed class ConversionFaultTests : IDisposable
{
    private readonly SmallRuns _folder = new();

    public ConversionFaultTests() => ConversionSamples.Write(_folder.In("first"), ModelFamilies.Named("llama", "test").TinyConfigs[0]);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void ACrashLeavesAWholeFileOrNone()
    {
        var disk = new RecordingFiles(bufferSize: 1 << 14);
        ModelConversion.Convert(_folder.In("first"), "/model.gguf", files: disk);
        var whole = disk.Seen().Files["model.gguf"];
        var states = 0;
        foreach (var state in disk.CrashStates(Rng.From(5), 2))
        {
            states++;
            if (state.Files.TryGetValue("model.gguf", out var content))
                Assert.Equal(whole, content);
        }
        Assert.InRange(states, 10, int.MaxValue);
    }

    [Fact]
    public void ACrashLeavesAWholeFolderOrNone()
    {
        ModelConversion.Convert(_folder.In("first"), _folder.In("model.gguf"));
        var disk = new RecordingFiles(bufferSize: 1 << 14);
        var report = ModelConversion.Convert(_folder.In("model.gguf"), "/model", files: disk);
        var whole = disk.Seen();
        foreach (var state in disk.CrashStates(Rng.From(6), 2).Where(state => state.Folders.Contains("model")))
            foreach (var (name, _) in report.Files)
                Assert.Equal(whole.Files["model/" + name], state.Files["model/" + name]);
    }

    [Fact]
    public void AFullDiskLeavesNothingUnderTheName()
    {
        var disk = new RecordingFiles(bufferSize: 1 << 14);
        ModelConversion.Convert(_folder.In("first"), "/model.gguf", files: disk);
        for (var attempt = 0; attempt < disk.Attempts; attempt++)
        {
            var failing = new RecordingFiles(bufferSize: 1 << 14);
            failing.FailAt(attempt, FaultKind.NoSpace, lasting: true);
            try
            {
                ModelConversion.Convert(_folder.In("first"), "/model.gguf", files: failing);
            }
            catch (InkstoneResourceException)
            {
                Assert.DoesNotContain(failing.Seen().Files.Keys, name => name.EndsWith(DurableWriting.TemporarySuffix, StringComparison.Ordinal));
            }
            if (failing.Seen().Files.TryGetValue("model.gguf", out var content))
                Assert.Equal(disk.Seen().Files["model.gguf"], content);
        }
    }

    [Fact]
    public void WhatIsStoppedIsTakenAwayAndWhatWasThereStays()
    {
        ModelConversion.Convert(_folder.In("first"), _folder.In("model.gguf"));
        ModelConversion.Convert(_folder.In("model.gguf"), _folder.In("second"));
        var before = File.ReadAllBytes(_folder.In("second", "model.safetensors"));
        using var stop = new CancellationTokenSource();
        var observer = new StopsAtOnce(stop);
        Assert.Throws<OperationCanceledException>(() => ModelConversion.Convert(_folder.In("model.gguf"), _folder.In("second"), new() { Replaces = true }, observer, null, stop.Token));
        Assert.Throws<OperationCanceledException>(() => ModelConversion.Convert(_folder.In("model.gguf"), _folder.In("third"), null, observer, null, stop.Token));
        Assert.Throws<OperationCanceledException>(() => ModelConversion.Convert(_folder.In("first"), _folder.In("other.gguf"), null, observer, null, stop.Token));
        Assert.Equal(before, File.ReadAllBytes(_folder.In("second", "model.safetensors")));
        Assert.Equal(["first", "model.gguf", "second"], Directory.EnumerateFileSystemEntries(_folder.Root).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void BrokenGgufFilesEndInOneKindOfError()
    {
        ModelConversion.Convert(_folder.In("first"), _folder.In("model.gguf"));
        var whole = File.ReadAllBytes(_folder.In("model.gguf"));
        var random = Rng.From(11).Cursor();
        var (refused, converted) = (0, 0);
        for (var round = 0; round < 400; round++)
        {
            var bytes = round % 2 == 0 ? whole[..random.NextInt(whole.Length)] : (byte[])whole.Clone();
            for (var flips = round % 2 == 0 ? 0 : 1 + random.NextInt(3); flips > 0; flips--)
                bytes[random.NextInt(4_000)] = (byte)random.NextInt(256);
            File.WriteAllBytes(_folder.In("broken.gguf"), bytes);
            try
            {
                ModelConversion.Convert(_folder.In("broken.gguf"), _folder.In("out"));
                Directory.Delete(_folder.In("out"), recursive: true);
                converted++;
            }
            catch (InkstoneException)
            {
                Assert.False(Directory.Exists(_folder.In("out")));
                refused++;
            }
        }
        Assert.InRange(refused, 200, 400);
        Assert.InRange(converted, 1, 200);
    }

    [Fact]
    public void BrokenFoldersEndInOneKindOfError()
    {
        var random = Rng.From(12).Cursor();
        foreach (var name in new[] { "model.safetensors", "config.json", "tokenizer.json", "tokenizer_config.json", "generation_config.json" })
        {
            var whole = File.ReadAllBytes(_folder.In("first", name));
            for (var round = 0; round < 60; round++)
            {
                var bytes = round % 2 == 0 ? whole[..random.NextInt(whole.Length)] : (byte[])whole.Clone();
                if (round % 2 == 1)
                    bytes[random.NextInt(Math.Min(bytes.Length, 2_000))] = (byte)random.NextInt(256);
                File.WriteAllBytes(_folder.In("first", name), bytes);
                try
                {
                    ModelConversion.Convert(_folder.In("first"), _folder.In("out.gguf"));
                    File.Delete(_folder.In("out.gguf"));
                }
                catch (InkstoneException)
                {
                    Assert.False(File.Exists(_folder.In("out.gguf")));
                }
            }
            File.WriteAllBytes(_folder.In("first", name), whole);
        }
        ModelConversion.Convert(_folder.In("first"), _folder.In("out.gguf"));
    }

    private sealed class StopsAtOnce(CancellationTokenSource stop) : IRecipeObserver
    {
        public void Progress(long done, long? total, string unit) => stop.Cancel();
    }
}
