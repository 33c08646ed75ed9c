namespace Inkstone.Foundation.Errors;

/// <summary>A tensor, tape or engine used after its scope has ended.</summary>
public sealed class InkstoneLifetimeException(
    string what, string? where = null, string? expected = null, string? found = null, string? fix = null, Exception? cause = null)
    : InkstoneException(what, where, expected, found, fix, cause)
{
    /// <inheritdoc/>
    public override int ExitCode => 1;
}
