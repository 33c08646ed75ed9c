namespace Inkstone.Cli;

/// <summary>Text that a model wrote, made harmless to a terminal: what would move the cursor or change colours is shown as a box.</summary>
internal static class TerminalText
{
    /// <summary>The text with its control characters, line feeds and tabs aside, replaced.</summary>
    public static string Safe(string text) =>
        text.Any(IsUnsafe) ? string.Concat(text.Select(c => IsUnsafe(c) ? '\u25A1' : c)) : text;

    private static bool IsUnsafe(char c) => char.IsControl(c) && c is not ('\n' or '\t');
}
