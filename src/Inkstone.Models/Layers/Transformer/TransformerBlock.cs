using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>What encoder and decoder blocks share: each part is added to the stream, and a norm stands before the part or after the addition.</summary>
public abstract class TransformerBlock : Block
{
    private readonly NormPlacement _placement;
    private readonly double _dropout;

    private protected TransformerBlock(int layer, TransformerOptions options)
        : base(layer)
    {
        options.Validate();
        (_placement, _dropout) = (options.NormPlacement, options.Dropout);
    }

    /// <summary>What a part is given of the stream.</summary>
    private protected Tensor Enter(Norm norm, Site site, Tensor x, Pass pass) =>
        _placement == NormPlacement.Before ? pass.Tap(Layer, site, norm.Forward(x)) : x;

    /// <summary>The stream with what a part gave.</summary>
    private protected Tensor Leave(Norm norm, Site site, Tensor x, Tensor added, Pass pass, string use)
    {
        x += pass.Drop(added, _dropout, Layer, use);
        return _placement == NormPlacement.After ? pass.Tap(Layer, site, norm.Forward(x)) : x;
    }
}
