using System.Text;

namespace Inkstone.Tokenizers.Tests;

/// <summary>What trainers cut text into, for naive counts.</summary>
internal static class Cutters
{
    /// <summary>The pieces of a text, each as often as it is counted.</summary>
    public static IEnumerable<string> Pieces(TextCutter cutter, string text)
    {
        var counts = new PieceCounts();
        cutter(Encoding.UTF8.GetBytes(text), counts);
        return [.. counts.Entries.ToArray().SelectMany(entry => Enumerable.Repeat(Encoding.UTF8.GetString(counts.Bytes(entry)), (int)entry.Count))];
    }
}
