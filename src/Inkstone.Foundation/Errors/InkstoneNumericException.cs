namespace Inkstone.Foundation.Errors;

/// <summary>A loss, gradient or logit that is not a finite number.</summary>
public sealed class InkstoneNumericException(
    string what, string? where = null, string? expected = null, string? found = null, string? fix = null, Exception? cause = null)
    : InkstoneException(what, where, expected, found, fix, cause)
{
    /// <inheritdoc/>
    public override int ExitCode => 6;
}
