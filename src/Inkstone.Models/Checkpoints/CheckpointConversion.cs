using Inkstone.Foundation.Errors;
using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>
/// A checkpoint of one kind as the other kind holds it: its configuration, and its tensors, each made when it is written. The network itself is described but not filled, so that the
/// size of a model does not matter. As loading does, this refuses tensors that are missing, of another shape or not known, before any weight is read.
/// </summary>
public sealed class CheckpointConversion
{
    private CheckpointConversion(ModelConfig config, ModelFamily family, IReadOnlyList<ConvertedTensor> tensors) => (Config, Family, Tensors) = (config, family, tensors);

    /// <summary>What the network was built from.</summary>
    public ModelConfig Config { get; }

    /// <summary>Its family.</summary>
    public ModelFamily Family { get; }

    /// <summary>The tensors to be written, in the model's order.</summary>
    public IReadOnlyList<ConvertedTensor> Tensors { get; }

    /// <summary>How many numbers they all have.</summary>
    public long Count => Tensors.Sum(tensor => tensor.Count);

    /// <summary>A Hugging Face folder as GGUF would hold it.</summary>
    /// <param name="folder">The folder, open until all has been written.</param>
    /// <exception cref="InkstoneFormatException">A file is not what it must be.</exception>
    /// <exception cref="InkstoneRequestException">GGUF has no such network.</exception>
    public static CheckpointConversion ToGguf(OpenCheckpoint folder)
    {
        folder.Family.ArchitectureOf(folder.Config);
        var model = folder.Prepare();
        return new(folder.Config, folder.Family, Between(model, folder.Family.Map(model), folder.Family.GgufMap(model), folder.Weights, GgufModel.StaysSingle));
    }

    /// <summary>A GGUF file as a Hugging Face folder would hold it.</summary>
    /// <param name="file">The file, open until all has been written.</param>
    /// <exception cref="InkstoneFormatException">The file is not what it must be, or asks for what is not known.</exception>
    public static CheckpointConversion ToFolder(OpenCheckpoint file)
    {
        var model = file.Prepare();
        return new(file.Config, file.Family, Between(model, file.Family.GgufMap(model), file.Family.Map(model), file.Weights, (_, _) => false));
    }

    private static List<ConvertedTensor> Between(Model model, CheckpointMap from, CheckpointMap to, TensorStore weights, Func<string, Shape, bool> staysSingle)
    {
        var sourceOf = new Dictionary<Parameter, (CheckpointEntry Entry, List<StoredTensor> Stored)>();
        foreach (var resolved in WeightLoader.Resolve(from, weights))
            foreach (var parameter in resolved.Entry.Parameters)
                sourceOf[parameter] = resolved;
        var tensors = new List<ConvertedTensor>();
        foreach (var entry in to.Entries)
        {
            // what one kind of file does not keep at all (a pooler) is left out by that kind's reader, too
            if (!entry.Parameters.All(sourceOf.ContainsKey))
                throw new InkstoneRequestException("the file has no numbers for a part of the network", entry.Names[0]);
            var sources = entry.Parameters.Select(parameter => sourceOf[parameter]).Distinct().ToList();
            foreach (var (name, shape) in entry.StoredShapes())
                tensors.Add(new(to.OptionalPrefix, name, shape, staysSingle(name, shape), entry, sources, model.Backend));
        }
        return tensors;
    }
}
