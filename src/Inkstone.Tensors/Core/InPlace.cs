namespace Inkstone.Tensors;

/// <summary>
/// Changes to memory that stays in one place: optimiser state, parameters, buffers that are used again. Nothing here is recorded; whoever changes a
/// parameter's value calls <see cref="Parameter.Changed"/>.
/// </summary>
public static class InPlace
{
    /// <summary>destination = source, element types converted.</summary>
    /// <exception cref="Foundation.Errors.InkstoneShapeException">The shapes or backends differ.</exception>
    public static void Copy(in Tensor source, in Tensor destination)
    {
        Require("in-place copy", source, destination);
        destination.Backend.Copy(source, destination);
    }

    /// <summary>destination = value everywhere.</summary>
    public static void Fill(in Tensor destination, double value) => destination.Backend.Fill(destination, value);

    /// <summary>destination = factor · destination.</summary>
    public static void Scale(in Tensor destination, double factor) => destination.Backend.Affine(destination, factor, 0, destination);

    /// <summary>destination += factor · source.</summary>
    /// <exception cref="Foundation.Errors.InkstoneShapeException">The shapes or backends differ.</exception>
    public static void AddScaled(in Tensor source, double factor, in Tensor destination)
    {
        Require("in-place addition", source, destination);
        destination.Backend.AddScaled(source, factor, destination);
    }

    private static void Require(string operation, in Tensor source, in Tensor destination)
    {
        ShapeError.RequireSameBackend(operation, source, destination);
        ShapeError.RequireShape(operation, source, destination.Shape, "a source");
    }
}
