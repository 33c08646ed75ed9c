using Inkstone.Foundation.Errors;
using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>
/// The two stacks of an encoder-decoder (Vaswani et al. 2017), between embeddings and head: the encoder reads the source, the decoder reads the target and
/// looks at what the encoder made. The pass is the target's; the source's pass is its <see cref="Pass.Source"/>.
/// </summary>
public sealed class EncoderDecoder : Module
{
    /// <summary>Makes both stacks.</summary>
    /// <param name="source">Where parameters come from.</param>
    /// <param name="options">What the blocks are made of.</param>
    /// <param name="encoderLayers">Blocks of the encoder.</param>
    /// <param name="decoderLayers">Blocks of the decoder.</param>
    /// <param name="finalNorms">Whether a norm follows each stack; needed where the blocks' norms stand before their parts.</param>
    public EncoderDecoder(ParameterSource source, TransformerOptions options, int encoderLayers, int decoderLayers, bool finalNorms = true)
    {
        options.Validate();
        var (encoder, decoder) = (source.In("encoder"), source.In("decoder"));
        Encoder = new BlockStack([.. Enumerable.Range(0, encoderLayers).Select(layer => new EncoderBlock(encoder.In(layer), layer, options))]);
        Decoder = new BlockStack([.. Enumerable.Range(0, decoderLayers).Select(layer => new DecoderBlock(decoder.In(layer), layer, options))]);
        if (finalNorms)
            (EncoderNorm, DecoderNorm) = (options.NewNorm(source.In("encoder_norm")), options.NewNorm(source.In("decoder_norm")));
    }

    /// <summary>Blocks that read the source.</summary>
    public BlockStack Encoder { get; }

    /// <summary>The norm after the encoder, if there is one.</summary>
    public Norm? EncoderNorm { get; }

    /// <summary>Blocks that read the target.</summary>
    public BlockStack Decoder { get; }

    /// <summary>The norm after the decoder, if there is one.</summary>
    public Norm? DecoderNorm { get; }

    /// <inheritdoc/>
    public override IEnumerable<Module> Children =>
        EncoderNorm is null ? [Encoder, Decoder] : [Encoder, EncoderNorm, Decoder, DecoderNorm!];

    /// <summary>Reads the source and leaves what it makes in the source pass's <see cref="Pass.Encoded"/>.</summary>
    /// <param name="x">The source's embedded rows, [source rows, width].</param>
    /// <param name="source">The source's pass.</param>
    public Tensor Encode(Tensor x, Pass source)
    {
        x = Encoder.Forward(x, source);
        return source.Encoded = EncoderNorm is null ? x : source.Tap(-1, Site.FinalNorm, EncoderNorm.Forward(x));
    }

    /// <summary>Reads the target, of a source that was read before.</summary>
    /// <param name="x">The target's embedded rows, [rows, width].</param>
    /// <param name="pass">The target's pass.</param>
    /// <returns>The wanted rows, [rows, width].</returns>
    public Tensor Decode(Tensor x, Pass pass)
    {
        x = pass.Wanted(Decoder.Forward(x, pass));
        return DecoderNorm is null ? x : pass.Tap(-1, Site.FinalNorm, DecoderNorm.Forward(x));
    }

    /// <summary>Reads both.</summary>
    /// <exception cref="InkstoneRequestException">The pass has no source.</exception>
    public Tensor Forward(Tensor source, Tensor target, Pass pass)
    {
        Encode(source, pass.Source ?? throw new InkstoneRequestException("an encoder-decoder needs the source's pass", "Pass.Source"));
        return Decode(target, pass);
    }
}
