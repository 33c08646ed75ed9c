namespace Inkstone.Foundation.Errors;

/// <summary>A request, option or argument that cannot be carried out as given.</summary>
public sealed class InkstoneRequestException(
    string what, string? where = null, string? expected = null, string? found = null, string? fix = null, Exception? cause = null)
    : InkstoneException(what, where, expected, found, fix, cause)
{
    /// <inheritdoc/>
    public override int ExitCode => 2;
}
