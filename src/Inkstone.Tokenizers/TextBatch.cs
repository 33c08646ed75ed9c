namespace Inkstone.Tokenizers;

/// <summary>Cuts a stream of texts into batches for parallel work; where the cuts fall depends on the texts alone.</summary>
internal static class TextBatch
{
    private const int Characters = 1 << 20;

    /// <summary>Batches of at least so many characters, about a million unless said otherwise, but for the last.</summary>
    public static IEnumerable<IReadOnlyList<string>> Of(IEnumerable<string> texts, int least = Characters)
    {
        var batch = new List<string>();
        long characters = 0;
        foreach (var text in texts)
        {
            ArgumentNullException.ThrowIfNull(text);
            batch.Add(text);
            characters += text.Length + 64; // so that a million empty texts make batches too
            if (characters < least)
                continue;
            yield return batch;
            batch = [];
            characters = 0;
        }
        if (batch.Count > 0)
            yield return batch;
    }
}
