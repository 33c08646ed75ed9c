namespace Inkstone.Foundation.Errors;

/// <summary>A file or data that is not what its format says it must be.</summary>
public sealed class InkstoneFormatException(
    string what, string? where = null, string? expected = null, string? found = null, string? fix = null, Exception? cause = null)
    : InkstoneException(what, where, expected, found, fix, cause)
{
    /// <inheritdoc/>
    public override int ExitCode => 4;
}
