namespace Inkstone.Foundation.Errors;

/// <summary>No space on the disk, no memory, or a limit that was set.</summary>
public sealed class InkstoneResourceException(
    string what, string? where = null, string? expected = null, string? found = null, string? fix = null, Exception? cause = null)
    : InkstoneException(what, where, expected, found, fix, cause)
{
    /// <inheritdoc/>
    public override int ExitCode => 5;
}
