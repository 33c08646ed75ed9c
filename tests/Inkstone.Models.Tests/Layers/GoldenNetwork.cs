using Inkstone.Foundation.Randomness;
using Inkstone.Tensors;

namespace Inkstone.Models.Tests;

/// <summary>
/// A network of a golden case: what it makes of its inputs (flat rows), and which of our parameters a PyTorch parameter is, one after another along the first
/// axis.
/// </summary>
internal sealed record GoldenNetwork(Module Module, Dictionary<string, Parameter[]> Names, Func<Tensor[], TokenLayout[], Tensor> Run)
{
    public static GoldenNetwork Of(string name, Backend backend)
    {
        var source = new ParameterSource("", Rng.From(1), backend);
        return name switch
        {
            "lstm_2layer" => Recurrent(new LstmLayer(source.In(0), 0, 6, 8), new LstmLayer(source.In(1), 1, 8, 8)),
            "lstm_bidirectional" => Recurrent(
                new BidirectionalLayer(new LstmLayer(source.In(0), 0, 6, 8), new LstmLayer(source.In(1), 0, 6, 8, readsBackwards: true))),
            "gru_1layer" => Recurrent(new GruLayer(source, 0, 6, 8)),
            "rnn_tanh" => Recurrent(new ElmanLayer(source, 0, 6, 8)),
            "encoder_layer_post_norm_gelu" => Encoder(source, Tiny with { Activation = UnaryFunction.GeluErf }),
            "encoder_layer_pre_norm_relu" => Encoder(source, Tiny with { NormPlacement = NormPlacement.Before }),
            "transformer_encoder_decoder_post_norm" => Translator(source),
            _ => throw new ArgumentException($"no network for the case {name}", nameof(name)),
        };
    }

    private static TransformerOptions Tiny { get; } = new() { Width = 16, HeadCount = 4, HiddenWidth = 32 };

    private static GoldenNetwork Recurrent(params Block[] layers)
    {
        var names = new Dictionary<string, Parameter[]>();
        for (var i = 0; i < layers.Length; i++)
        {
            if (layers[i] is BidirectionalLayer both)
            {
                Add(both.Forwards, $"l{i}");
                Add(both.Backwards, $"l{i}_reverse");
            }
            else
            {
                Add((RecurrentLayer)layers[i], $"l{i}");
            }
        }
        var stack = new BlockStack(layers);
        return new(stack, names, (x, layouts) => stack.Forward(x[0], FullPass.Over(layouts[0], x[0].Backend)));

        void Add(RecurrentLayer layer, string end)
        {
            names[$"weight_ih_{end}"] = [layer.Input.Matrix];
            names[$"weight_hh_{end}"] = [layer.Hidden.Matrix];
            names[$"bias_ih_{end}"] = [layer.Input.Bias!];
            names[$"bias_hh_{end}"] = [layer.Hidden.Bias!];
        }
    }

    private static GoldenNetwork Encoder(ParameterSource source, TransformerOptions options)
    {
        var block = new EncoderBlock(source, 0, options);
        var names = new Dictionary<string, Parameter[]>();
        AddEncoder(names, "", block);
        return new(block, names, (x, layouts) => block.Forward(x[0], FullPass.Over(layouts[0], x[0].Backend)));
    }

    private static GoldenNetwork Translator(ParameterSource source)
    {
        var network = new EncoderDecoder(source, Tiny, 2, 2);
        var names = new Dictionary<string, Parameter[]>();
        foreach (var block in network.Encoder.Blocks.Cast<EncoderBlock>())
            AddEncoder(names, $"core.encoder.layers.{block.Layer}.", block);
        foreach (var block in network.Decoder.Blocks.Cast<DecoderBlock>())
        {
            var layer = $"core.decoder.layers.{block.Layer}.";
            AddAttention(names, layer + "self_attn.", block.Attention.Query, block.Attention.Key, block.Attention.Value, block.Attention.Output);
            AddAttention(
                names, layer + "multihead_attn.", block.SourceAttention.Query, block.SourceAttention.Key, block.SourceAttention.Value, block.SourceAttention.Output);
            AddFeedForward(names, layer, (PlainFeedForward)block.FeedForward);
            AddNorm(names, layer + "norm1.", block.AttentionNorm);
            AddNorm(names, layer + "norm2.", block.SourceNorm);
            AddNorm(names, layer + "norm3.", block.FeedForwardNorm);
        }
        AddNorm(names, "core.encoder.norm.", network.EncoderNorm!);
        AddNorm(names, "core.decoder.norm.", network.DecoderNorm!);
        return new(network, names, (x, layouts) =>
            network.Forward(x[0], x[1], FullPass.Over(layouts[1], x[1].Backend, source: FullPass.Over(layouts[0], x[0].Backend))));
    }

    private static void AddEncoder(Dictionary<string, Parameter[]> names, string layer, EncoderBlock block)
    {
        AddAttention(names, layer + "self_attn.", block.Attention.Query, block.Attention.Key, block.Attention.Value, block.Attention.Output);
        AddFeedForward(names, layer, (PlainFeedForward)block.FeedForward);
        AddNorm(names, layer + "norm1.", block.AttentionNorm);
        AddNorm(names, layer + "norm2.", block.FeedForwardNorm);
    }

    private static void AddAttention(Dictionary<string, Parameter[]> names, string part, Linear query, Linear key, Linear value, Linear output)
    {
        names[part + "in_proj_weight"] = [query.Matrix, key.Matrix, value.Matrix];
        names[part + "in_proj_bias"] = [query.Bias!, key.Bias!, value.Bias!];
        names[part + "out_proj.weight"] = [output.Matrix];
        names[part + "out_proj.bias"] = [output.Bias!];
    }

    private static void AddFeedForward(Dictionary<string, Parameter[]> names, string layer, PlainFeedForward feedForward)
    {
        names[layer + "linear1.weight"] = [feedForward.Up.Matrix];
        names[layer + "linear1.bias"] = [feedForward.Up.Bias!];
        names[layer + "linear2.weight"] = [feedForward.Down.Matrix];
        names[layer + "linear2.bias"] = [feedForward.Down.Bias!];
    }

    private static void AddNorm(Dictionary<string, Parameter[]> names, string part, Norm norm)
    {
        names[part + "weight"] = [((LayerNorm)norm).Weight];
        names[part + "bias"] = [((LayerNorm)norm).Bias];
    }
}
