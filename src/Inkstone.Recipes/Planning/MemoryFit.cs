using System.Globalization;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Machine;
using Inkstone.Inference;
using Inkstone.Models;
using Inkstone.Tensors;

namespace Inkstone.Recipes;

/// <summary>Fits a checkpoint into the memory that is free: chooses the context where none is asked for, and refuses what does not fit with what would.</summary>
internal sealed class MemoryFit
{
    // of what is free; the rest is left to the system and to what the estimate misses
    private const double Share = 0.95;
    private const int LeastContext = 256;
    private const int LeastRows = 64;

    private readonly OpenCheckpoint _checkpoint;
    private readonly SessionOptions _options;
    private readonly MachineMemory _machine;
    private readonly ServingMemory? _draft;
    private readonly string _path;

    private MemoryFit(string path, OpenCheckpoint checkpoint, SessionOptions options, MachineMemory machine, ServingMemory? draft) =>
        (_path, _checkpoint, _options, _machine, _draft) = (path, checkpoint, options, machine, draft);

    private long Room => (long)(_machine.FreeBytes * Share);

    /// <summary>The prepared network, of a context that fits, and what serving it takes.</summary>
    /// <param name="path">The checkpoint, for messages.</param>
    /// <param name="checkpoint">The checkpoint.</param>
    /// <param name="options">What is asked for.</param>
    /// <param name="backend">Where the network is to live.</param>
    /// <param name="machine">What is free.</param>
    /// <param name="draft">What a draft model takes besides; null for none.</param>
    /// <exception cref="InkstoneResourceException">It does not fit.</exception>
    public static (Model Prepared, ServingMemory Memory) Choose(
        string path, OpenCheckpoint checkpoint, SessionOptions options, Backend backend, MachineMemory machine, ServingMemory? draft = null)
    {
        var fit = new MemoryFit(path, checkpoint, options, machine, draft);
        var prepared = checkpoint.Prepare(backend, options.ContextLength);
        var memory = fit.Measured(prepared, options);
        if (options.IgnoresMemory || memory.TotalBytes <= fit.Room)
            return (prepared, memory);
        if (options.ContextLength is null && fit.LargestContext(prepared, memory) is { } context)
        {
            prepared = checkpoint.Prepare(backend, context);
            return (prepared, fit.Measured(prepared, options));
        }
        throw fit.Refusal(memory, fit.Alternatives(prepared, memory));
    }

    /// <summary>What passes over whole texts take of a prepared network.</summary>
    /// <param name="path">The checkpoint, for messages.</param>
    /// <param name="checkpoint">The checkpoint.</param>
    /// <param name="prepared">Its network without its numbers.</param>
    /// <param name="passes">How it is read.</param>
    /// <param name="machine">What is free.</param>
    /// <param name="beside">What a model that is loaded beside it takes; null for none.</param>
    /// <exception cref="InkstoneResourceException">It does not fit.</exception>
    public static ServingMemory OfPasses(string path, OpenCheckpoint checkpoint, Model prepared, TextPasses passes, MachineMemory machine, ServingMemory? beside = null)
    {
        var fit = new MemoryFit(path, checkpoint, new SessionOptions { ContextLength = passes.Rows }, machine, null);
        var weights = checkpoint.Measure(prepared, passes.Loading);
        var memory = Of(passes.Rows);
        if (passes.IgnoresMemory || memory.TotalBytes <= fit.Room)
            return memory;
        var would = new List<string>();
        var fewer = Enumerable.Range(1, 30).Select(i => passes.Rows >> i).FirstOrDefault(rows => Of(rows).TotalBytes <= fit.Room);
        if (passes.OptionOfRows is { } option && fewer >= LeastRows)
            would.Add(string.Create(CultureInfo.InvariantCulture, $"{fewer} tokens at once ({option} {fewer})"));
        if (fit.SmallerFormat(prepared, memory) is { } smaller)
            would.Add(smaller);
        throw fit.Refusal(memory, would);

        ServingMemory Of(int rows)
        {
            var own = ServingMemory.OfPasses(prepared, weights, rows);
            return beside is null ? own : own.Beside(beside);
        }
    }

    private ServingMemory Measured(Model prepared, SessionOptions options)
    {
        var own = ServingMemory.Of(prepared, _checkpoint.Measure(prepared, options.Loading), options.CacheStorage);
        return _draft is null ? own : own.With(_draft);
    }

    /// <summary>The longest context that fits; null when none worth having does.</summary>
    private int? LargestContext(Model prepared, ServingMemory memory)
    {
        var perBlock = KeyValueCache.BytesPerBlock(prepared, _options.CacheStorage);
        var room = Room - (memory.TotalBytes - memory.CacheBytes);
        if (room < perBlock || perBlock == 0)
            return null;
        var context = Math.Min(room / perBlock * BlockPool.BlockSize, prepared.ContextLength);
        return context >= Math.Min(LeastContext, prepared.ContextLength) && context < prepared.ContextLength ? (int)context : null;
    }

    /// <summary>What would fit.</summary>
    private List<string> Alternatives(Model prepared, ServingMemory memory)
    {
        var would = new List<string>();
        if (LargestContext(prepared, memory) is { } context)
            would.Add(string.Create(CultureInfo.InvariantCulture, $"a context of at most {context} tokens (--context {context})"));
        if (_options.CacheStorage != RowStorage.Rounded && prepared.Memory.All(layer => layer.KeyWidth % RowStorages.BlockLength == 0 && layer.ValueWidth % RowStorages.BlockLength == 0)
            && Measured(prepared, _options with { CacheStorage = RowStorage.Rounded }).TotalBytes <= Room)
            would.Add("a cache of eight bits (--cache q8)");
        if (_options.Interleave && Measured(prepared, _options with { Interleave = false }) is { } stored && stored.TotalBytes <= Room)
            would.Add($"weights in the form of the file, slower (--no-repack: {ServingMemory.Size(stored.TotalBytes)})");
        if (!_options.Mapped && Measured(prepared, _options with { Mapped = true }) is { } mapped && mapped.TotalBytes <= Room)
            would.Add($"weights read where the file is mapped (without --no-mmap: {ServingMemory.Size(mapped.TotalBytes)})");
        if (SmallerFormat(prepared, memory) is { } smaller)
            would.Add(smaller);
        return would;
    }

    private InkstoneResourceException Refusal(ServingMemory memory, List<string> would)
    {
        var limit = _machine.IsLimited ? $", of {ServingMemory.Size(_machine.TotalBytes)} that this process may use" : "";
        return new("the model does not fit in memory", _path, $"at most {ServingMemory.Size(Room)} ({ServingMemory.Size(_machine.FreeBytes)} are free{limit})",
            $"{ServingMemory.Size(memory.TotalBytes)}: {memory}",
            would.Count > 0 ? $"What would fit: {string.Join("; ", would)}." : "Use a smaller model, or a machine with more memory.");
    }

    /// <summary>The largest of the usual formats in which the model would fit, with a context of moderate length.</summary>
    private string? SmallerFormat(Model prepared, ServingMemory memory)
    {
        var count = _checkpoint.Config.ParameterCount;
        var perToken = memory.CacheBytes / Math.Max(1, prepared.ContextLength);
        var rest = memory.TotalBytes - memory.Weights.PeakBytes - memory.CacheBytes + perToken * Math.Min(prepared.ContextLength, _options.ContextLength ?? 2_048);
        foreach (var (name, bits) in ((string, double)[])[("Q8_0", 8.5), ("Q6_K", 6.6), ("Q5_K_M", 5.7), ("Q4_K_M", 4.9)])
        {
            var bytes = (long)(count * bits / 8);
            var copies = (long)((double)bytes / Math.Max(1, memory.Weights.TotalBytes) * memory.Weights.TemporaryBytes);
            if (bytes < 0.9 * memory.Weights.TotalBytes && bytes + copies + rest <= Room)
                return $"weights of a smaller format ({name}: about {ServingMemory.Size(bytes)}; inkstone quantize)";
        }
        return null;
    }
}

/// <summary>How a network reads whole texts.</summary>
/// <param name="Rows">Tokens at once.</param>
/// <param name="Loading">What becomes of the weights.</param>
/// <param name="IgnoresMemory">Whether it is loaded though it does not seem to fit.</param>
/// <param name="OptionOfRows">The option that sets <paramref name="Rows"/>; null for none.</param>
internal sealed record TextPasses(int Rows, LoadOptions Loading, bool IgnoresMemory, string? OptionOfRows = null);
