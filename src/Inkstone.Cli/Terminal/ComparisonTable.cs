using System.Globalization;
using Inkstone.Evaluation;

namespace Inkstone.Cli;

/// <summary>Two models beside each other on one text.</summary>
internal static class ComparisonTable
{
    private const int NameWidth = 15;

    public static void Print(ModelComparison comparison, string reference, string other)
    {
        Console.WriteLine("  model            perplexity   divergence   worst 1 %   same first choice");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {reference.PadRight(NameWidth)}{comparison.ReferencePerplexity,12:F4}"));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"  {other.PadRight(NameWidth)}{comparison.Perplexity,12:F4} {comparison.Divergence,12:F5} {comparison.WorstDivergence,11:F5} {comparison.Agreement,19:P2}"));
    }
}
