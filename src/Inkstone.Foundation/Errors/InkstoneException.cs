namespace Inkstone.Foundation.Errors;

/// <summary>
/// The base of every error Inkstone raises on purpose. A message teaches: what went wrong, where, what was expected,
/// what was found and the likely fix, each part given once and put together the same way everywhere.
/// </summary>
public abstract class InkstoneException : Exception
{
    /// <summary>Builds the message from its parts; parts left out are not mentioned.</summary>
    /// <param name="what">What went wrong, a sentence without a full stop.</param>
    /// <param name="where">The file, option, operation or tensor concerned.</param>
    /// <param name="expected">What would have been right.</param>
    /// <param name="found">What was there instead.</param>
    /// <param name="fix">What the reader can do next.</param>
    /// <param name="cause">The lower error, when there is one.</param>
    protected InkstoneException(string what, string? where, string? expected, string? found, string? fix, Exception? cause = null)
        : base(Compose(what, where, expected, found, fix), cause)
    {
        What = what;
        Where = where;
        Expected = expected;
        Found = found;
        Fix = fix;
    }

    /// <summary>What went wrong.</summary>
    public string What { get; }

    /// <summary>The file, option, operation or tensor concerned.</summary>
    public string? Where { get; }

    /// <summary>What would have been right.</summary>
    public string? Expected { get; }

    /// <summary>What was there instead.</summary>
    public string? Found { get; }

    /// <summary>What the reader can do next.</summary>
    public string? Fix { get; }

    /// <summary>The exit code of a command that ends with this error.</summary>
    public abstract int ExitCode { get; }

    private static string Compose(string what, string? where, string? expected, string? found, string? fix)
    {
        var text = where is null ? what : $"{where}: {what}";
        if (expected is not null)
            text += $"; expected {expected}";
        if (found is not null)
            text += expected is null ? $"; found {found}" : $", found {found}";
        text += ".";
        return fix is null ? text : $"{text} {fix}";
    }
}
