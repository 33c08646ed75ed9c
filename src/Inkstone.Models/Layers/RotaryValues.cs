namespace Inkstone.Models;

/// <summary>What a configuration says of rotary positions.</summary>
/// <param name="Theta">The base.</param>
/// <param name="Width">The width that is turned.</param>
/// <param name="Scaling">The scaling; null: none.</param>
internal sealed record RotaryValues(double Theta, int Width, RotaryScaling? Scaling);
