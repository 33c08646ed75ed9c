namespace Inkstone.Models;

/// <summary>A layer around a weight, which a transform may swap.</summary>
public interface IWeightHolder
{
    /// <summary>The weight, in whatever format.</summary>
    LinearWeight Weight { get; set; }
}
