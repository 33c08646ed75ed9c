using Inkstone.Models;

namespace Inkstone.Inference.Tests;

/// <summary>Small networks of every family that llama.cpp runs, wide enough for blocks of 256, with windows and contexts that bite within 64 positions.</summary>
internal static class PeerCases
{
    private const int Vocabulary = 512;

    private static readonly LlamaConfig Llama = new()
    {
        VocabularySize = Vocabulary, ContextLength = 128, Width = 256, LayerCount = 3, HeadCount = 8, KeyValueHeadCount = 2, HeadWidth = 32, HiddenWidth = 512, TiedHead = false,
        NormEpsilon = 1e-5,
    };

    private static readonly ExpertOptions Experts = new() { Count = 8, Chosen = 2, HiddenWidth = 512 };

    /// <summary>Each network by a name, and whether llama.cpp's rounded table of GELU shows.</summary>
    public static IReadOnlyDictionary<string, (ModelConfig Config, bool UsesGelu)> All { get; } = new Dictionary<string, (ModelConfig, bool)>
    {
        ["llama"] = (Llama, false),
        ["llama-tied"] = (Llama with { TiedHead = true }, false),
        ["qwen3"] = (Llama with { QueryKeyNorm = true, RotaryTheta = 1e6 }, false),
        ["mixtral"] = (Llama with { Experts = Experts }, false),
        ["qwen3moe"] = (Llama with { QueryKeyNorm = true, Experts = Experts with { HiddenWidth = 256 } }, false),
    };
}
