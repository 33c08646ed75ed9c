using System.Text;
using Inkstone.Foundation.Randomness;
using Inkstone.TestKit;

namespace Inkstone.Tokenizers.Tests;

/// <summary>Mutants of tokenizer.json.</summary>
public sealed class TokenizerJsonMutationTests
{
    [Fact]
    public void EndInFormatErrorsOrWork()
    {
        var random = Rng.From(5).Cursor();
        var files = PipelineSamples.All.Values.Concat(Enumerable.Range(0, 200).Select(_ =>
        {
            var file = PipelineFuzz.Tokenizer(random);
            (file["truncation"], file["padding"]) = PipelineFuzz.Lengths(random);
            return file.ToJsonString();
        }));
        byte[][] seeds = [.. files.Where(file => file.Length < 4000).Select(Encoding.UTF8.GetBytes)];
        foreach (var seed in seeds)
            MutationWords.Use(Tokenizer.FromJson(seed));
        Mutations.Run(new JsonMutator(seeds, MutationWords.Json).Mutate, bytes => Tokenizer.FromJson(bytes), MutationWords.Use);
    }
}
