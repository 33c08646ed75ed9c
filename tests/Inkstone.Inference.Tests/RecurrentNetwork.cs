using Inkstone.Foundation.Randomness;
using Inkstone.Models;
using Inkstone.Tensors;

namespace Inkstone.Inference.Tests;

/// <summary>
/// A small network with every kind of memory that serving keeps: an LSTM, causal attention, a GRU and a simple recurrent layer, one after another.
/// </summary>
internal sealed class RecurrentNetwork : Model
{
    private const int Width = 24;

    private static readonly TransformerOptions Attention = new() { Width = Width, HeadCount = 3, InitialDeviation = 0.3 };

    private readonly Embedding _embedding;

    public RecurrentNetwork(RecurrentConfig config, Backend? backend = null)
    {
        Config = config;
        Backend = backend ?? Backend.Default;
        var source = new ParameterSource("", Rng.From(6), Backend);
        _embedding = new Embedding(source.In("embedding"), config.VocabularySize, Width, 1);
        Stack = new BlockStack(
        [
            new LstmLayer(source.In(0), 0, Width, Width),
            new CausalBlock(source.In(1), 1),
            new GruLayer(source.In(2), 2, Width, Width, readsBackwards: config.ReadsBackwards),
            new ElmanLayer(source.In(3), 3, Width, Width),
        ]);
        Head = new LanguageHead(() => _embedding.Weight);
    }

    public override ModelConfig Config { get; }

    public override Backend Backend { get; }

    public override BlockStack Stack { get; }

    public override LanguageHead Head { get; }

    public override IEnumerable<Module> Children => [_embedding, Stack];

    public override IReadOnlyList<LayerMemory> Memory =>
        [LayerMemory.Recurrent(2 * Width), new(3, 3, Width / 3, Width / 3), LayerMemory.Recurrent(Width), LayerMemory.Recurrent(Width)];

    public override IReadOnlyList<ParameterGroup> ParameterGroups => [new(ParameterRole.Matrix, Decays: false, [.. Parameters])];

    public override Tensor Forward(Pass pass) => pass.Wanted(Stack.Forward(_embedding.Forward(pass.Tokens), pass));

    private sealed class CausalBlock(ParameterSource source, int layer) : Block(layer)
    {
        private readonly SelfAttention _attention = new(source, Attention, AttentionMask.Causal);

        public override IEnumerable<Module> Children => [_attention];

        public override long FlopsPerRow => _attention.FlopsPerRow;

        public override Tensor Forward(Tensor x, Pass pass) => x + _attention.Forward(x, pass, Layer);
    }
}

internal sealed record RecurrentConfig : ModelConfig
{
    public override string Family => "test";

    /// <summary>Asked for only where a model is planned or loaded from a folder, which this one never is.</summary>
    public override long ParameterCount => throw new NotSupportedException();

    /// <summary>Whether one layer reads backwards, which no paged pass can serve.</summary>
    public bool ReadsBackwards { get; init; }
}
