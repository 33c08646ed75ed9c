using System.Globalization;
using Inkstone.Models;

namespace Inkstone.Recipes;

/// <summary>Which block a tensor of a GGUF file belongs to.</summary>
internal static class BlockNames
{
    private const string Prefix = "blk.";

    /// <summary>The number of the block; −1 where the name tells none.</summary>
    public static int LayerOf(string name) =>
        name.StartsWith(Prefix, StringComparison.Ordinal) && name.IndexOf('.', Prefix.Length) is var end and > 0
        && int.TryParse(name.AsSpan(Prefix.Length, end - Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var layer) ? layer : -1;
}

/// <summary>The tensors that a layerwise method gives, asked for in the order of the blocks: a block is worked on when the first of its tensors is wanted.</summary>
internal sealed class LayerwiseTensors
{
    private readonly BlockInputs _inputs;
    private readonly ILayerwiseMethod _method;
    private readonly ILookup<int, PlannedTensor> _planned;
    private Dictionary<string, byte[]> _ready = [];

    public LayerwiseTensors(PlacedModel placed, CalibrationText text, QuantizationOptions options, IReadOnlyDictionary<string, PlannedTensor> planned)
    {
        _inputs = new(placed, text.Windows);
        _method = options.Method == QuantizationMethod.Gptq ? new GptqMethod(placed, options) : new AwqMethod(placed);
        _planned = planned.Values.ToLookup(tensor => BlockNames.LayerOf(tensor.Tensor.Name));
    }

    /// <summary>The bytes of a tensor; null where the method leaves it to be written plainly.</summary>
    public byte[]? Take(string name, CancellationToken cancellation)
    {
        for (var layer = BlockNames.LayerOf(name); _inputs.Layer <= layer;)
            _ready = _method.Quantize(_inputs, _planned[_inputs.Layer].ToDictionary(tensor => tensor.Tensor.Name), cancellation);
        return _ready.Remove(name, out var bytes) ? bytes : null;
    }
}
