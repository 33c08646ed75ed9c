namespace Inkstone.Recipes;

/// <summary>One measured figure.</summary>
/// <param name="Suite">The suite.</param>
/// <param name="Name">What was measured.</param>
/// <param name="Value">The median.</param>
/// <param name="Unit">Its unit.</param>
/// <param name="OfPeak">Its share of the peak that bounds the work; null where none does.</param>
public sealed record BenchResult(string Suite, string Name, double Value, string Unit, double? OfPeak);
