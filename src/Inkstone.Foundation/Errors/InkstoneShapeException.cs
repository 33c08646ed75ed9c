namespace Inkstone.Foundation.Errors;

/// <summary>A tensor operation given shapes, element types or backends that do not fit together.</summary>
public sealed class InkstoneShapeException(
    string what, string? where = null, string? expected = null, string? found = null, string? fix = null, Exception? cause = null)
    : InkstoneException(what, where, expected, found, fix, cause)
{
    /// <inheritdoc/>
    public override int ExitCode => 1;
}
