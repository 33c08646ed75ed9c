using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>A cross-attention block's keys and values for the source's rows, asked for when a pass does not hold them.</summary>
public interface ISourceMemory
{
    /// <summary>The keys and values of the source's rows, [source rows, heads, width] each.</summary>
    (Tensor Keys, Tensor Values) KeysAndValues(Pass source);
}
