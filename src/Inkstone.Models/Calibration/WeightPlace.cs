using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>Where a matrix of a file, or a stack of them, stands in a network.</summary>
public sealed class WeightPlace
{
    private readonly CheckpointEntry _entry;
    private readonly Dictionary<Parameter, List<IWeightHolder>> _holders;

    internal WeightPlace(CheckpointEntry entry, Dictionary<Parameter, List<IWeightHolder>> holders, int layer)
    {
        (_entry, _holders, Layer) = (entry, holders, layer);
        var shape = entry.Parameters[0].Value.Shape;
        (Columns, Experts) = (shape[-1], shape.Rank == 3 ? shape[0] : 1);
        Rows = Experts * entry.Parameters.Sum(parameter => parameter.Value.Shape[-2]);
    }

    /// <summary>The name in the file.</summary>
    public string Name => _entry.Names[0];

    /// <summary>The block it belongs to; −1 where it belongs to none.</summary>
    public int Layer { get; }

    /// <summary>The width of its input.</summary>
    public int Columns { get; }

    /// <summary>Rows of all its experts.</summary>
    public int Rows { get; }

    /// <summary>How many experts it has; 1 where it is one matrix.</summary>
    public int Experts { get; }

    /// <summary>Has somebody told of its inputs until the result is disposed.</summary>
    public IDisposable Watch(InputWatcher watcher)
    {
        // what the file holds as one reads one input
        var holder = _holders[_entry.Parameters[0]][0];
        var before = holder.Weight;
        holder.Weight = new WatchedWeight(before, watcher);
        return new Earlier((holder, before));
    }

    /// <summary>Puts other numbers in its place until the result is disposed.</summary>
    /// <param name="matrix">The rows as the file has them.</param>
    /// <param name="backend">Where the network lives.</param>
    public IDisposable Replace(StoredMatrix matrix, Backend backend)
    {
        var before = new Earlier([.. _entry.Parameters.SelectMany(parameter => _holders[parameter]).Select(holder => (holder, holder.Weight))]);
        WeightLoader.Freeze(_entry, WeightLoader.InOurOrder(_entry, matrix), _holders, backend, interleave: true);
        return before;
    }

    private sealed class Earlier(params (IWeightHolder Holder, LinearWeight Weight)[] weights) : IDisposable
    {
        public void Dispose()
        {
            foreach (var (holder, weight) in weights)
                holder.Weight = weight;
        }
    }
}
