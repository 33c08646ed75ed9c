using Inkstone.Foundation.Errors;
using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>Sets a model's parameters and weights from the tensors of a checkpoint. Loading is total: every tensor is used or named in the error.</summary>
internal static class WeightLoader
{
    /// <summary>Loads all entries of a map.</summary>
    /// <exception cref="InkstoneFormatException">A tensor is missing, has another shape or is not known.</exception>
    public static void Load(Model model, CheckpointMap map, TensorStore store, LoadOptions options) => Load(model, model.Backend, map, store, options);

    /// <inheritdoc cref="Load(Model, CheckpointMap, TensorStore, LoadOptions)"/>
    public static void Load(Module model, Backend backend, CheckpointMap map, TensorStore store, LoadOptions options)
    {
        var holders = options.Frozen ? HoldersOf(model) : [];
        var entries = Resolve(map, store);
        var (done, all) = (0L, entries.Sum(pair => pair.Stored.Sum(tensor => tensor.ByteLength)));
        foreach (var (entry, stored) in entries)
        {
            using var pause = Tape.Pause();
            using var scope = PoolScope.Open();
            if (!TryFreeze(entry, stored, holders, backend, options))
                entry.Load([.. stored.Select(tensor => tensor.Read(backend))]);
            options.Progress?.Invoke(done += stored.Sum(tensor => tensor.ByteLength), all);
        }
    }

    /// <summary>What loading would take, without reading any weight. It refuses what loading would refuse.</summary>
    public static WeightMemory Measure(Module model, Backend backend, CheckpointMap map, TensorStore store, LoadOptions options)
    {
        var holders = options.Frozen ? HoldersOf(model) : [];
        var memory = new WeightMemory();
        var (largest, held) = (0L, 0L);
        var known = new Dictionary<(WeightFormat, int), double>();
        foreach (var (entry, stored) in Resolve(map, store))
        {
            var count = entry.Parameters.Sum(parameter => parameter.Value.Count);
            if (!IsFrozen(entry, stored, holders, options))
            {
                memory += new WeightMemory(0, count * sizeof(float));
                continue;
            }
            var own = WeightMemory.Of(stored[0].Format, count / (int)stored[0].Shape[^1], (int)stored[0].Shape[^1], entry.Changes.Count > 0, backend,
                options with { Mapped = options.Mapped && stored.All(tensor => tensor.CanMap) }, known);
            memory += own;
            // A copy gives way to what is made of it, one after another; that of a stack of experts only when each of them was used twice, which may be never.
            var isStack = entry.Parameters[0].Value.Rank == 3;
            held = checked(held + (isStack ? own.TemporaryBytes : Math.Max(0, own.TemporaryBytes - own.PrivateBytes)));
            largest = Math.Max(largest, isStack ? 0 : own.TemporaryBytes);
        }
        return memory with { TemporaryBytes = checked(held + largest) };
    }

    /// <summary>The entries of a map by which a checkpoint is read, each with its tensors; nothing is read yet.</summary>
    /// <exception cref="InkstoneFormatException">A tensor is missing, has another shape or is not known.</exception>
    public static List<(CheckpointEntry Entry, List<StoredTensor> Stored)> Resolve(CheckpointMap map, TensorStore store)
    {
        var unused = store.Names.Where(name => !map.IsIgnored(name)).ToHashSet();
        var resolved = map.EntriesFor(name => Name(store, map.OptionalPrefix, name) is not null).Select(entry => (entry, Find(entry, map, store, unused))).ToList();
        foreach (var name in map.Tied)
            if (Name(store, map.OptionalPrefix, name) is { } repeated)
                unused.Remove(repeated);
        if (unused.Count > 0)
            throw new InkstoneFormatException("the file holds tensors that this model has no place for", store.Path, "none",
                string.Join(", ", unused.Order(StringComparer.Ordinal).Take(8)) + (unused.Count > 8 ? $" and {unused.Count - 8} more" : ""));
        return resolved;
    }

    private static List<StoredTensor> Find(CheckpointEntry entry, CheckpointMap map, TensorStore store, HashSet<string> unused)
    {
        var expected = entry.StoredShapes().ToDictionary(stored => stored.Name, stored => stored.Shape);
        var found = new List<StoredTensor>();
        foreach (var name in entry.Names)
        {
            var tensor = Name(store, map.OptionalPrefix, name) is { } actual ? store.Find(actual) : null;
            if (tensor is null)
                throw new InkstoneFormatException("a tensor is missing", store.Path, $"{name} {expected[name]}", "no such tensor",
                    "The configuration may be another model's.");
            if (!tensor.Shape.SequenceEqual(expected[name].Select(extent => (long)extent)))
                throw new InkstoneFormatException("a tensor has another shape than the configuration gives it", tensor.Where, expected[name].ToString(),
                    $"[{string.Join(", ", tensor.Shape)}]");
            found.Add(tensor);
            unused.Remove(tensor.Name);
        }
        return found;
    }

    /// <summary>Puts matrices where they are used in the format of the file, when the file's rows are the model's rows.</summary>
    private static bool TryFreeze(
        CheckpointEntry entry, List<StoredTensor> stored, Dictionary<Parameter, List<IWeightHolder>> holders, Backend backend, LoadOptions options)
    {
        if (!IsFrozen(entry, stored, holders, options))
            return false;
        Freeze(entry, Whole(entry, stored, options.Mapped), holders, backend, options.Interleave);
        return true;
    }

    private static bool IsFrozen(CheckpointEntry entry, List<StoredTensor> stored, Dictionary<Parameter, List<IWeightHolder>> holders, LoadOptions options) =>
        options.Frozen && KeepsRows(entry, holders) && KeepsRows(entry, stored);

    /// <summary>Whether the parameters are rows of the file's tensors, in whatever order.</summary>
    internal static bool KeepsRows(CheckpointEntry entry, List<StoredTensor> stored) => KeepsRows(entry) && stored.All(tensor => tensor.Format == stored[0].Format);

    /// <summary>Whether the parameters are rows of the file's tensors and may stay in the form of the file.</summary>
    internal static bool KeepsRows(CheckpointEntry entry, Dictionary<Parameter, List<IWeightHolder>> holders) => KeepsRows(entry) && entry.Parameters.All(holders.ContainsKey);

    private static bool KeepsRows(CheckpointEntry entry)
    {
        var rank = entry.Parameters[0].Value.Rank;
        return rank is 2 or 3 && entry.PartChanges is null && (entry.Parameters.Count > 1 ? entry.Axis == rank - 2 : entry.Axis == 0) && entry.Changes.All(change => change.KeepsRows);
    }

    /// <summary>Where <see cref="KeepsRows(CheckpointEntry, List{StoredTensor})"/>: each parameter's rows as the file holds them.</summary>
    internal static IEnumerable<(Parameter Parameter, StoredMatrix Matrix)> Matrices(CheckpointEntry entry, List<StoredTensor> stored, bool mapped) =>
        Matrices(entry, Whole(entry, stored, mapped));

    /// <summary>The rows of one tensor of a file in the model's order.</summary>
    internal static StoredMatrix InOurOrder(CheckpointEntry entry, StoredMatrix matrix) =>
        entry.Changes.Aggregate(matrix, (rows, change) => rows.Reorder(change.RowOrder(rows.Rows)));

    /// <summary>Puts the rows of an entry where they are used.</summary>
    internal static void Freeze(CheckpointEntry entry, StoredMatrix whole, Dictionary<Parameter, List<IWeightHolder>> holders, Backend backend, bool interleave)
    {
        foreach (var (parameter, matrix) in Matrices(entry, whole))
        {
            var weight = parameter.Value.Rank == 2
                ? (LinearWeight)new FrozenWeight(FrozenMatrix.Create(matrix, backend, interleave))
                : new FrozenExpertWeight(FrozenExperts.Create(matrix, parameter.Value.Shape[0], backend, interleave));
            foreach (var holder in holders[parameter])
                holder.Weight = weight;
        }
    }

    private static StoredMatrix Whole(CheckpointEntry entry, List<StoredTensor> stored, bool mapped)
    {
        var parts = stored.Select(tensor => InOurOrder(entry, tensor.Matrix(mapped)));
        return stored.Count == 1 ? parts.Single() : StoredMatrix.Stack([.. parts]);
    }

    private static IEnumerable<(Parameter Parameter, StoredMatrix Matrix)> Matrices(CheckpointEntry entry, StoredMatrix whole)
    {
        var first = 0;
        foreach (var parameter in entry.Parameters)
        {
            var rows = parameter.Value.Shape[-2];
            yield return (parameter, parameter.Value.Rank == 2 ? whole.Slice(first, rows) : RowsOfEach(whole, parameter.Value.Shape[0], first, rows));
            first += rows;
        }
    }

    /// <summary>Some rows of each expert of a stack.</summary>
    private static StoredMatrix RowsOfEach(StoredMatrix whole, int experts, int first, int count)
    {
        var rows = whole.Rows / experts;
        return rows == count ? whole : whole.Reorder([.. Enumerable.Range(0, experts * count).Select(row => row / count * rows + first + row % count)]);
    }

    /// <summary>The layers around each parameter that is a matrix.</summary>
    internal static Dictionary<Parameter, List<IWeightHolder>> HoldersOf(Module module)
    {
        var holders = new Dictionary<Parameter, List<IWeightHolder>>();
        Add(module);
        return holders;

        void Add(Module part)
        {
            if (part is IWeightHolder { Weight: DenseWeight dense } holder)
            {
                if (!holders.TryGetValue(dense.Parameter, out var list))
                    holders.Add(dense.Parameter, list = []);
                list.Add(holder);
            }
            foreach (var child in part.Children)
                Add(child);
        }
    }

    private static string? Name(TensorStore store, string prefix, string name) => store.Has(prefix + name) ? prefix + name : store.Has(name) ? name : null;
}
