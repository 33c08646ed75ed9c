using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>Elements of a vector of a file, or rows of a matrix of it.</summary>
/// <param name="Tensor">The tensor's name.</param>
/// <param name="Rows">Which of its elements or rows.</param>
public sealed record PlacedRows(string Tensor, IReadOnlyList<int> Rows);

/// <summary>A <see cref="ScaleFold"/> in terms of a file's tensors.</summary>
/// <param name="Layer">The block.</param>
/// <param name="Count">How many numbers pass.</param>
/// <param name="Sources">What gives them.</param>
/// <param name="Targets">The names of the matrices that read them.</param>
/// <param name="SourceOfColumn">The number that each column of the targets reads; null where column i reads number i.</param>
public sealed record PlacedFold(int Layer, int Count, IReadOnlyList<PlacedRows> Sources, IReadOnlyList<string> Targets, IReadOnlyList<int>? SourceOfColumn);

/// <summary>A network and where the tensors of its file stand in it: what calibration needs to know.</summary>
public sealed class PlacedModel
{
    private PlacedModel(Model model, IReadOnlyList<WeightPlace> places, IReadOnlyList<PlacedFold> folds) => (Model, Places, Folds) = (model, places, folds);

    /// <summary>The network.</summary>
    public Model Model { get; }

    /// <summary>The matrices whose rows are the file's rows.</summary>
    public IReadOnlyList<WeightPlace> Places { get; }

    /// <summary>Scales that may be moved from one tensor of the file to another.</summary>
    public IReadOnlyList<PlacedFold> Folds { get; }

    /// <summary>Finds the places in a network whose weights are not loaded yet.</summary>
    internal static PlacedModel Of(Model model, CheckpointMap map)
    {
        var holders = WeightLoader.HoldersOf(model);
        var layers = new Dictionary<Parameter, int>();
        foreach (var block in model.Stack.Blocks)
            foreach (var parameter in block.Parameters)
                layers.TryAdd(parameter, block.Layer);
        var places = map.Entries.Where(entry => entry.Names.Count == 1 && WeightLoader.KeepsRows(entry, holders))
            .Select(entry => new WeightPlace(entry, holders, layers.GetValueOrDefault(entry.Parameters[0], -1))).ToList();
        var folds = model.Stack.Blocks.SelectMany(block => block.Folds.Select(fold => Place(fold, block.Layer, map)).OfType<PlacedFold>()).ToList();
        return new(model, places, folds);
    }

    private static PlacedFold? Place(ScaleFold fold, int layer, CheckpointMap map)
    {
        var sources = fold.Sources.Select(source => Find(source, fold.Count, map)).ToList();
        var targets = fold.Targets.Select(target => map.Entries.FirstOrDefault(entry => entry.Parameters.Contains(target))).ToList();
        // a tensor that also holds other matrices is moved as a whole or not at all
        if (sources.Contains(null) || targets.Any(entry => entry is null || entry.Names.Count != 1 || !entry.Parameters.All(fold.Targets.Contains)))
            return null;
        return new(layer, fold.Count, [.. sources.OfType<PlacedRows>()], [.. targets.Select(entry => entry!.Names[0]).Distinct()], fold.SourceOfColumn);
    }

    /// <summary>The rows of the file that are some rows of a parameter.</summary>
    private static PlacedRows? Find(ScaleSource source, int count, CheckpointMap map)
    {
        var entry = map.Entries.FirstOrDefault(entry => entry.Parameters.Contains(source.Parameter));
        if (entry is null || entry.Names.Count != 1 || entry.Axis != 0 || entry.PartChanges is not null || source.Parameter.Value.Rank > 2
            || entry.Changes.Any(change => !change.KeepsRows))
            return null;
        var order = Enumerable.Range(0, entry.Parameters.Sum(parameter => parameter.Value.Shape[0])).ToArray();
        foreach (var change in entry.Changes)
        {
            var turned = change.RowOrder(order.Length);
            order = [.. turned.Select(row => order[row])];
        }
        var first = entry.Parameters.TakeWhile(parameter => parameter != source.Parameter).Sum(parameter => parameter.Value.Shape[0]) + source.First;
        return new(entry.Names[0], order[first..(first + count)]);
    }
}
