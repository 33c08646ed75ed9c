namespace Inkstone.Tokenizers.Tests;

/// <summary>SHA-256 of the ids that llama.cpp gives for the samples' texts, a text a line (tests/oracles/gguf-ids.js).</summary>
internal static class GgufDigests
{
    /// <summary>The digests, by file and texts.</summary>
    public static Dictionary<string, string> All { get; } = new()
    {
    };
}
