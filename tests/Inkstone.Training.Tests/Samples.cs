using System.Security.Cryptography;
using Inkstone.Foundation.Randomness;
using Inkstone.Models;
using Inkstone.Tensors;

namespace Inkstone.Training.Tests;

/// <summary>Small models and texts that tests train.</summary>
internal static class Samples
{
    public const int Vocabulary = 23;
    public const int Begin = 0;
    public const int End = 1;

    public static Gpt2Config TinyGpt { get; } = new() { VocabularySize = Vocabulary, ContextLength = 16, Width = 16, LayerCount = 2, HeadCount = 2 };

    public static LlamaConfig TinyLlama { get; } = new()
    {
        VocabularySize = Vocabulary,
        ContextLength = 16,
        Width = 16,
        LayerCount = 2,
        HeadCount = 2,
        KeyValueHeadCount = 1,
        HeadWidth = 8,
        HiddenWidth = 24,
    };

    public static Gpt2 Gpt(long seed = 1, Gpt2Config? config = null, Backend? backend = null) => new(config ?? TinyGpt, Rng.From(seed), backend);

    /// <summary>Documents of random lengths whose tokens go up by one or two, so that there is something to learn.</summary>
    public static TokenDataset Text(int documents = 40, int longest = 40, int context = 16, long seed = 5)
    {
        var cursor = Rng.From(seed).Cursor();
        return TokenDataset.FromTokens(Enumerable.Range(0, documents).Select(_ =>
        {
            var tokens = new int[1 + cursor.NextInt(longest)];
            tokens[0] = 2 + cursor.NextInt(Vocabulary - 2);
            for (var i = 1; i < tokens.Length; i++)
                tokens[i] = 2 + (tokens[i - 1] - 2 + 1 + cursor.NextInt(2)) % (Vocabulary - 2);
            return tokens;
        }), Begin, End, context);
    }

    /// <summary>Documents of one length, so that batches of any multiple of it cut no document.</summary>
    public static TokenDataset EvenText(int documents, int rows, long seed = 6)
    {
        var cursor = Rng.From(seed).Cursor();
        return TokenDataset.FromTokens(
            Enumerable.Range(0, documents).Select(_ => Enumerable.Range(0, rows - 1).Select(_ => 2 + cursor.NextInt(Vocabulary - 2)).ToArray()), Begin, End, rows);
    }

    /// <summary>The digest of all weights' bits.</summary>
    public static string Digest(Model model)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var parameter in model.Parameters)
            hash.AppendData(System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(parameter.Value.ToArray()));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
