using Inkstone.Models;
using Inkstone.Tensors;

namespace Inkstone.Recipes;

/// <summary>Runs a network over windows of text and sums the squares of what goes into each of its matrices.</summary>
internal static class ImportanceCollector
{
    private const int HeadRowsAtOnce = 128;

    /// <summary>Collects, window by window: one pass of the network, and memory of one window.</summary>
    public static ImportanceMatrix Collect(PlacedModel placed, CalibrationText text, string dataset, IRecipeObserver observer, CancellationToken cancellation)
    {
        var model = placed.Model;
        var all = placed.Places.ToDictionary(place => place.Name, place => (Sums: new double[place.Columns * place.Experts], Counts: new long[place.Experts]));
        using var watching = new Disposables(placed.Places.Select(place => place.Watch((x, experts) => Add(x, experts, all[place.Name].Sums, all[place.Name].Counts))));
        observer.Stage("collecting importance");
        var done = 0L;
        foreach (var window in text.Windows)
        {
            cancellation.ThrowIfCancellationRequested();
            using var pause = Tape.Pause();
            using var scope = PoolScope.Open();
            var pass = FullPass.Over(window, new TokenLayout(0, window.Length), model.Backend);
            var hidden = model.Forward(pass);
            for (var row = 0; row < window.Length; row += HeadRowsAtOnce)
            {
                using var inner = PoolScope.Open();
                model.Head.Forward(hidden.Slice(0, row, Math.Min(HeadRowsAtOnce, window.Length - row)), pass);
            }
            observer.Progress(done += window.Length, (long)text.Windows.Count * text.Window, "tokens");
        }
        var entries = new SortedDictionary<string, InputSquares>(StringComparer.Ordinal);
        foreach (var (name, (sums, counts)) in all)
            if (counts.Any(count => count > 0))
                entries.Add(name, new([.. sums.Select(sum => (float)sum)], counts));
        return new([dataset], text.Windows.Count, text.Window, entries);
    }

    private static void Add(Tensor x, Tensor expertOfRow, double[] sums, long[] counts)
    {
        using var scope = PoolScope.Open();
        var rows = x.Shape[0];
        // row e has a one wherever expert e is chosen
        var chosen = new float[counts.Length * rows];
        var experts = expertOfRow.IsMissing ? new int[rows] : expertOfRow.ToIntegers();
        for (var row = 0; row < rows; row++)
        {
            chosen[experts[row] * rows + row] = 1;
            counts[experts[row]]++;
        }
        var squares = Tensor.From(chosen, [counts.Length, rows], x.Backend).MatMul(x * x).ToArray();
        for (var i = 0; i < squares.Length; i++)
            sums[i] += squares[i];
    }
}

/// <summary>Several things that are disposed together, the last first.</summary>
internal sealed class Disposables(IEnumerable<IDisposable> all) : IDisposable
{
    private readonly IDisposable[] _all = [.. all];

    public void Dispose()
    {
        foreach (var one in _all.Reverse())
            one.Dispose();
    }
}
