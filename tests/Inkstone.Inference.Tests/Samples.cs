using Inkstone.Foundation.Randomness;
using Inkstone.Models;
using Inkstone.Tensors;
using Inkstone.Tokenizers;

namespace Inkstone.Inference.Tests;

/// <summary>The small vocabulary and network that the engine's tests share.</summary>
internal static class Samples
{
    /// <summary>Some 300 tokens; characters of two and three bytes are parted between tokens.</summary>
    public static Tokenizer Words { get; } = BpeTrainer.Train(
        [.. Enumerable.Range(0, 40).Select(i => $"the river number {i} ran past the café and the 月 rose over it")],
        new BpeTrainerOptions { VocabularySize = 300, AllowSmaller = true });

    /// <summary>Two blocks of width 32 with grouped heads, on a backend of their own or the default one.</summary>
    public static Llama Llama(int contextLength, Backend? backend = null) => new(Config(contextLength), Rng.From(2), backend);

    /// <summary>The same with a window, in every layer or, with whole sequences between them, in some.</summary>
    public static Llama Windowed(int contextLength, int window, bool everywhere, Backend? backend = null) => new(
        Config(contextLength) with { LayerCount = everywhere ? 2 : 3, Window = window, WindowedLayers = everywhere ? LayerPattern.All : LayerPattern.AllButEvery(2) },
        Rng.From(2), backend);

    /// <summary>An encoder-decoder of the same vocabulary.</summary>
    public static T5 EncoderDecoder(int contextLength) => new(
        new T5Config
        {
            VocabularySize = Words.VocabularySize,
            ContextLength = contextLength,
            Width = 32,
            EncoderLayerCount = 2,
            DecoderLayerCount = 2,
            HeadCount = 4,
            HeadWidth = 8,
            HiddenWidth = 48,
            BucketCount = 8,
            LongestDistance = 40,
            TiedHead = false,
            TargetStart = 3,
            InitialDeviation = 0.3,
        },
        Rng.From(4));

    /// <summary>A network near the other, to guess for it: some guesses hold and some do not.</summary>
    public static Llama Draft(int contextLength)
    {
        var draft = Llama(contextLength);
        using var scope = PoolScope.Open();
        foreach (var (i, parameter) in draft.Parameters.Index())
        {
            InPlace.AddScaled(Tensor.RandomNormal(parameter.Value.Shape, Rng.From(i)), 0.08, parameter.Value);
            parameter.Changed();
        }
        return draft;
    }

    private static LlamaConfig Config(int contextLength) => new()
    {
        VocabularySize = Words.VocabularySize,
        ContextLength = contextLength,
        Width = 32,
        LayerCount = 2,
        HeadCount = 4,
        KeyValueHeadCount = 2,
        HeadWidth = 8,
        HiddenWidth = 48,
        InitialDeviation = 0.3,
    };

    /// <summary>Random tokens of the vocabulary.</summary>
    public static int[] Tokens(int count, long seed)
    {
        var cursor = Rng.From(seed).Split("tokens").Cursor();
        return [.. Enumerable.Range(0, count).Select(_ => cursor.NextInt(Words.VocabularySize))];
    }
}
