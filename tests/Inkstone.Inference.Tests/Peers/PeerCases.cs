using Inkstone.Models;
using Inkstone.Tensors;

namespace Inkstone.Inference.Tests;

/// <summary>Small networks of every family that llama.cpp runs, wide enough for blocks of 256, with windows and contexts that bite within 64 positions.</summary>
internal static class PeerCases
{
    private const int Vocabulary = 512;

    private static readonly LlamaConfig Llama = new()
    {
        VocabularySize = Vocabulary,
        ContextLength = 128,
        Width = 256,
        LayerCount = 3,
        HeadCount = 8,
        KeyValueHeadCount = 2,
        HeadWidth = 32,
        HiddenWidth = 512,
        TiedHead = false,
        NormEpsilon = 1e-5,
    };

    private static readonly GemmaConfig Gemma = new()
    {
        VocabularySize = Vocabulary,
        ContextLength = 128,
        Width = 256,
        LayerCount = 3,
        HeadCount = 8,
        KeyValueHeadCount = 2,
        HeadWidth = 48,
        HiddenWidth = 512,
    };

    private static readonly GptNeoXConfig NeoX = new()
    {
        VocabularySize = Vocabulary,
        ContextLength = 128,
        Width = 256,
        LayerCount = 3,
        HeadCount = 8,
        HiddenWidth = 512,
        RotaryWidth = 8,
        Activation = UnaryFunction.GeluTanh,
    };

    private static readonly StableLmConfig StableLm = new()
    {
        VocabularySize = Vocabulary,
        ContextLength = 128,
        Width = 256,
        LayerCount = 3,
        HeadCount = 8,
        KeyValueHeadCount = 2,
        HiddenWidth = 512,
        RotaryWidth = 8,
    };

    private static readonly Olmo2Config Olmo2 = new()
    {
        VocabularySize = Vocabulary,
        ContextLength = 128,
        Width = 256,
        LayerCount = 5,
        HeadCount = 8,
        KeyValueHeadCount = 2,
        HiddenWidth = 512,
    };

    private static readonly FalconConfig Falcon = new()
    {
        VocabularySize = Vocabulary,
        ContextLength = 128,
        Width = 256,
        LayerCount = 3,
        HeadCount = 8,
        HiddenWidth = 512,
        TiedHead = false,
        Activation = UnaryFunction.GeluTanh,
    };

    /// <summary>Divisors as LongRoPE's files have them, rising from the first pair to the last.</summary>
    private static float[] Divisors(int count, float last) => [.. Enumerable.Range(0, count).Select(i => 1 + (last - 1) * i / (count - 1))];

    private static readonly ExpertOptions Experts = new() { Count = 8, Chosen = 2, HiddenWidth = 512 };

    private static readonly DeepSeek2Config DeepSeek = new()
    {
        VocabularySize = Vocabulary,
        ContextLength = 128,
        Width = 256,
        LayerCount = 2,
        HeadCount = 8,
        QueryRank = 256,
        LatentWidth = 256,
        PlainWidth = 32,
        TurnedWidth = 32,
        ValueWidth = 32,
        HiddenWidth = 512,
        Experts = new() { Count = 4, Chosen = 2, HiddenWidth = 256, SharedHiddenWidth = 256, Renormalised = false, Scale = 0.5 },
    };

    /// <summary>The seed of a network's numbers: one by which no choice between experts is nearer than BF16's rounding.</summary>
    public static int SeedOf(string name) => name switch { "qwen3moe" => 4, "gpt-oss" => 7, "deepseek2" or "deepseek2-yarn" => 6, _ => 1 };

    /// <summary>Each network by a name, and whether llama.cpp's rounded table of GELU shows.</summary>
    public static IReadOnlyDictionary<string, (ModelConfig Config, bool UsesGelu)> All { get; } = new Dictionary<string, (ModelConfig, bool)>
    {
        ["llama"] = (Llama, false),
        ["llama-tied"] = (Llama with { TiedHead = true }, false),
        ["llama-biases"] = (Llama with { QueryKeyValueBias = true, OutputBias = true, FeedForwardBias = true }, false),
        ["llama-linear"] = (Llama with { RotaryScaling = new LinearRotaryScaling(4) }, false),
        ["llama-3.1"] = (Llama with { RotaryTheta = 5e5, RotaryScaling = new Llama3RotaryScaling(8, 32) }, false),
        ["llama-yarn"] = (Llama with { RotaryScaling = new YarnRotaryScaling(4, 32) }, false),
        // the peer reads over the windows of these two: here they are wider than the sequence
        ["mistral"] = (Llama with { Window = 100 }, false),
        ["qwen2-window"] = (Llama with { QueryKeyValueBias = true, Window = 100, WindowedLayers = LayerPattern.From(1, 3) }, false),
        ["qwen2"] = (Llama with { QueryKeyValueBias = true, TiedHead = true }, false),
        ["qwen2-yarn"] = (Llama with { QueryKeyValueBias = true, RotaryTheta = 1e6, RotaryScaling = new YarnRotaryScaling(3, 40) { AttentionFactor = 1.3, BetaFast = 4 } }, false),
        ["phi3"] = (Llama with { PublishedAs = "phi3", KeyValueHeadCount = 8 }, false),
        ["phi3-long"] = (Llama with
        {
            PublishedAs = "phi3",
            RotaryWidth = 24,
            RotaryScaling = new LongRotaryScaling(Divisors(12, 1.5f), Divisors(12, 6), 32) { AttentionFactor = LongRotaryScaling.DefaultMagnitude(4, 32) },
        }, false),
        ["phi3-short"] = (Llama with
        {
            PublishedAs = "phi3",
            ContextLength = 512,
            RotaryScaling = new LongRotaryScaling(Divisors(16, 1.5f), Divisors(16, 6), 512) { AttentionFactor = 1.1 },
        }, false),
        ["granite"] = (Llama with { EmbeddingScale = 12, ResidualScale = 0.22, AttentionScale = 0.0625, LogitDivisor = 2 }, false),
        ["gemma"] = (Gemma, true),
        ["gemma2"] = (Gemma with
        {
            Generation = GemmaGeneration.Second,
            Window = 20,
            WindowedLayers = LayerPattern.AllButEvery(2),
            AttentionSoftCap = 2,
            LogitSoftCap = 3,
        }, true),
        ["gemma3"] = (Gemma with
        {
            Generation = GemmaGeneration.Third,
            LayerCount = 7,
            Window = 20,
            WindowedLayers = LayerPattern.AllButEvery(6),
            RotaryTheta = 1e6,
            LocalRotaryTheta = 10_000,
            RotaryScaling = new LinearRotaryScaling(8),
        }, true),
        ["gpt2"] = (new Gpt2Config { VocabularySize = Vocabulary, ContextLength = 256, Width = 256, LayerCount = 3, HeadCount = 8 }, true),
        ["gptneox"] = (NeoX, true),
        ["gptneox-sequential"] = (NeoX with { IsParallel = false, RotaryWidth = 32, RotaryScaling = new LinearRotaryScaling(2) }, true),
        ["gptneox-erf"] = (NeoX with { Activation = UnaryFunction.GeluErf }, true),
        ["stablelm"] = (StableLm with { QueryKeyValueBias = true }, false),
        ["stablelm-parallel"] = (StableLm with { QueryKeyNorm = true, IsParallel = true }, false),
        ["olmo2"] = (Olmo2, false),
        ["olmo3"] = (Olmo2 with { Window = 20, WindowedLayers = LayerPattern.AllButEvery(4), RotaryScaling = new YarnRotaryScaling(4, 24) }, false),
        ["falcon"] = (Falcon, true),
        ["falcon-two-norms"] = (Falcon with { KeyValueHeadCount = 2, HasTwoNorms = true, TiedHead = true }, true),
        ["falcon-erf"] = (Falcon with { KeyValueHeadCount = 4, Activation = UnaryFunction.GeluErf }, true),
        ["smollm3"] = (Llama with { LayerCount = 5, TurnedLayers = LayerPattern.AllButEvery(4) }, false),
        ["qwen3"] = (Llama with { QueryKeyNorm = true, RotaryTheta = 1e6 }, false),
        ["mixtral"] = (Llama with { Experts = Experts }, false),
        ["qwen2moe"] = (Llama with { QueryKeyValueBias = true, Experts = Experts with { HiddenWidth = 256, Renormalised = false, SharedHiddenWidth = 512, SharedGate = true } }, false),
        ["qwen3moe"] = (Llama with { QueryKeyNorm = true, Experts = Experts with { HiddenWidth = 256 } }, false),
        ["gpt-oss"] = (new GptOssConfig
        {
            VocabularySize = Vocabulary,
            ContextLength = 128,
            Width = 256,
            LayerCount = 3,
            HeadCount = 8,
            KeyValueHeadCount = 2,
            HeadWidth = 32,
            Window = 20,
            Experts = new() { Count = 8, Chosen = 3, HiddenWidth = 256, Clamped = true },
            RotaryScaling = new YarnRotaryScaling(4, 32),
        }, false),
        ["ernie4_5"] = (Llama with { PublishedAs = "ernie4_5", RotaryPairing = RotaryPairing.Interleaved }, false),
        ["ernie4_5-moe"] = (Llama with
        {
            PublishedAs = "ernie4_5_moe",
            RotaryPairing = RotaryPairing.Interleaved,
            ExpertLayers = LayerPattern.From(1, 3),
            Experts = Experts with { HiddenWidth = 256, SharedHiddenWidth = 512, ChoiceBias = true },
        }, false),
        ["deepseek2"] = (DeepSeek, false),
        // one layer: llama.cpp rounds activations to BF16 before every product, of which latent attention has many; over two layers the largest difference is now below 0.05, now above
        ["deepseek2-yarn"] = (DeepSeek with { LayerCount = 1, FirstExpertLayer = 0, RotaryScaling = new YarnRotaryScaling(4, 32) { AttentionFactor = 1, ScoreMagnitude = 0.7 } }, false),
    };
}
