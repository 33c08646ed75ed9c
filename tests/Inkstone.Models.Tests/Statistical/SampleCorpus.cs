using Inkstone.Foundation.Randomness;

namespace Inkstone.Models.Tests.Statistical;

/// <summary>Random documents whose tokens follow each other unevenly, as words do; id 0 begins and ends each.</summary>
internal static class SampleCorpus
{
    public static List<int[]> Make(long seed, int documentCount, int vocabularySize, int longest)
    {
        var cursor = Rng.From(seed).Split("corpus").Cursor();
        var documents = new List<int[]>();
        for (var d = 0; d < documentCount; d++)
        {
            var tokens = new List<int> { 0 };
            for (var i = cursor.NextInt(longest + 1); i > 0; i--)
            {
                var skewed = (int)(Math.Pow(cursor.NextUniform(), 3) * (vocabularySize - 1));
                tokens.Add(1 + (skewed + 2 * tokens[^1]) % (vocabularySize - 1));
            }
            tokens.Add(0);
            documents.Add([.. tokens]);
        }
        return documents;
    }

    public static (int[] Tokens, int[] Starts) Flatten(IEnumerable<int[]> documents)
    {
        var tokens = new List<int>();
        var starts = new List<int>();
        foreach (var document in documents)
        {
            starts.Add(tokens.Count);
            tokens.AddRange(document);
        }
        return ([.. tokens], [.. starts]);
    }

    public static NGramModel Train(IEnumerable<int[]> documents, NGramOptions options) =>
        NGramModel.Train(documents.Select(d => (ReadOnlyMemory<int>)d), options);
}
