using Inkstone.Models;
using Inkstone.Tensors;

namespace Inkstone.Recipes;

/// <summary>A matrix of a file and the format it is to have.</summary>
/// <param name="Tensor">The tensor.</param>
/// <param name="Format">The format.</param>
internal sealed record PlannedTensor(StoredTensor Tensor, WeightFormat Format);

/// <summary>Quantises a network block after block, each from the text that reaches it.</summary>
internal interface ILayerwiseMethod
{
    /// <summary>The bytes of those tensors of a block that the method writes itself.</summary>
    /// <param name="inputs">The network, at the block; when the method is done, at the next.</param>
    /// <param name="tensors">The block's tensors by name.</param>
    /// <param name="cancellation">Stops it.</param>
    Dictionary<string, byte[]> Quantize(BlockInputs inputs, IReadOnlyDictionary<string, PlannedTensor> tensors, CancellationToken cancellation);
}
