using Inkstone.Foundation.Errors;

namespace Inkstone.Tensors;

/// <summary>Makes the errors of tensor operations; each names the operation, the shapes and the axis.</summary>
internal static class ShapeError
{
    public static InkstoneShapeException Of(string operation, string expected, string found) =>
        new("the operation does not fit its tensors", operation, expected, found);

    public static InkstoneShapeException Of(string operation, in Shape a, in Shape b, string rule) =>
        new($"shapes {a} and {b} do not fit together", operation, rule, $"{a} and {b}");

    /// <summary>Throws unless the tensor has the rank.</summary>
    public static void RequireRank(string operation, in Tensor x, int rank, string name)
    {
        if (x.Rank != rank)
            throw Of(operation, $"{name} of {rank} axes", x.Shape.ToString());
    }

    /// <summary>Throws unless the tensor has the shape.</summary>
    public static void RequireShape(string operation, in Tensor x, in Shape shape, string name)
    {
        if (x.Shape != shape)
            throw Of(operation, $"{name} of shape {shape}", x.Shape.ToString());
    }

    /// <summary>Throws unless the tensor has the element type.</summary>
    public static void RequireType(string operation, in Tensor x, ElementType type, string name)
    {
        if (x.Type != type)
            throw Of(operation, $"{name} of {type}", x.Type.ToString());
    }

    /// <summary>Throws unless both tensors live on one backend.</summary>
    public static void RequireSameBackend(string operation, in Tensor a, in Tensor b)
    {
        if (!ReferenceEquals(a.Backend, b.Backend))
            throw Of(operation, $"both tensors on one backend ({a.Backend.Name})", b.Backend.Name);
    }

    /// <summary>Throws unless a host buffer has as many elements as the shape.</summary>
    public static void RequireCount(string operation, in Shape shape, long count)
    {
        if (shape.Count != count)
            throw Of(operation, $"{shape.Count} elements for {shape}", $"{count}");
    }
}
