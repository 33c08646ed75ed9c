using System.Globalization;
using Inkstone.Foundation.Errors;

namespace Inkstone.Tokenizers;

/// <summary>Errors of chat templates, all of one type.</summary>
internal static class TemplateErrors
{
    /// <summary>An error at a line.</summary>
    public static InkstoneFormatException At(int line, string what, string? expected = null, string? found = null) =>
        new(what, string.Create(CultureInfo.InvariantCulture, $"chat template, line {line}"), expected, found);
}
