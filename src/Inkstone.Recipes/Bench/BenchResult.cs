namespace Inkstone.Recipes;

/// <summary>One measured figure.</summary>
/// <param name="Suite">The suite.</param>
/// <param name="Name">What was measured.</param>
/// <param name="Value">The median.</param>
/// <param name="Unit">Its unit.</param>
/// <param name="OfPeak">Its share of the peak that bounds the work; null where none does.</param>
/// <param name="Peer">What a peer reached in the same run, in the same unit; null where none was timed.</param>
/// <param name="Ratio">The value divided by the peer's.</param>
public sealed record BenchResult(string Suite, string Name, double Value, string Unit, double? OfPeak, double? Peer = null, double? Ratio = null);
