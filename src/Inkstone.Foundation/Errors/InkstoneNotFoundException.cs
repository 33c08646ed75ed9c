namespace Inkstone.Foundation.Errors;

/// <summary>A file, folder, run or model that is not there.</summary>
public sealed class InkstoneNotFoundException(
    string what, string? where = null, string? expected = null, string? found = null, string? fix = null, Exception? cause = null)
    : InkstoneException(what, where, expected, found, fix, cause)
{
    /// <inheritdoc/>
    public override int ExitCode => 3;
}
