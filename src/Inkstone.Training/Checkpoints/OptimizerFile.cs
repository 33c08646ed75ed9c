using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Formats;
using Inkstone.Models;
using Inkstone.Tensors;

namespace Inkstone.Training;

/// <summary>The optimiser's moments as <c>optimizer.safetensors</c>: single precision, each under its parameter's name and its own.</summary>
internal static class OptimizerFile
{
    public const string FileName = "optimizer.safetensors";

    public static void Write(Optimizer optimizer, Stream destination) =>
        SafetensorsWriter.Write(optimizer.State.Select(state => new SafetensorsSource(
            state.Name, SafetensorsType.F32, [.. state.Value.Shape.Select(extent => (long)extent)], stream => WeightBytes.Write(state.Value, stream))), null, destination);

    /// <exception cref="InkstoneFormatException">The file holds other moments than the optimiser has.</exception>
    public static void Read(Optimizer optimizer, string path)
    {
        using var file = SafetensorsFile.Open(path);
        var saved = file.Header.Tensors.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        var places = optimizer.State.ToList();
        foreach (var (name, place) in places)
        {
            if (!saved.TryGetValue(name, out var tensor))
                throw Unlike(path, name, "no such tensor");
            if (!tensor.Shape.SequenceEqual(place.Shape.Select(extent => (long)extent)))
                throw Unlike(path, $"{name} {place.Shape}", tensor.ToString());
        }
        if (saved.Count != places.Count)
            throw Unlike(path, $"{OptionRule.Text(places.Count)} tensors", OptionRule.Text(saved.Count));
        foreach (var (name, place) in places)
        {
            using var scope = PoolScope.Open();
            InPlace.Copy(WeightBytes.Read(file, saved[name], place.Backend), place);
        }
    }

    private static InkstoneFormatException Unlike(string path, string expected, string found) =>
        new("the file holds other moments than this run's optimiser has", path, expected, found, "Resume with the optimiser the run was begun with.");
}
