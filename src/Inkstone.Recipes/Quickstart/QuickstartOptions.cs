using Inkstone.Foundation.Errors;

namespace Inkstone.Recipes;

/// <summary>What a quickstart is asked for.</summary>
public sealed record QuickstartOptions
{
    /// <summary>A file or folder of text; null means the API documentation of the running .NET SDK.</summary>
    public string? Text { get; init; }

    /// <summary>The whole budget, from reading the text to the report, in minutes.</summary>
    public double Minutes { get; init; } = 5;

    /// <summary>The size's name; null means what the budget and the machine allow.</summary>
    public string? Size { get; init; }

    /// <summary>The seed of everything.</summary>
    public long Seed { get; init; } = 42;

    /// <summary>The run's folder.</summary>
    public string Output { get; init; } = Path.Combine("runs", "quickstart");

    /// <summary>Tokens of the tokenizer that is trained.</summary>
    public int VocabularySize { get; init; } = 4_096;

    /// <summary>The longest sequence.</summary>
    public int ContextLength { get; init; } = 256;

    /// <summary>A plan to repeat, bit for bit: another run's <c>run.json</c>.</summary>
    public string? Plan { get; init; }

    /// <summary>Throws when a value is out of its range, naming it.</summary>
    public void Validate()
    {
        if (!(Minutes >= 0.1 && Minutes <= 100_000))
            throw new InkstoneRequestException("the value is out of range", "--minutes", "0.1 to 100,000", $"{Minutes}");
        if (Size is not null)
            ModelSize.Named(Size);
        if (VocabularySize is < 300 or > 1 << 20)
            throw new InkstoneRequestException("the value is out of range", "--vocabulary", "300 to 1,048,576", $"{VocabularySize}");
        if (ContextLength is < 16 or > 65_536)
            throw new InkstoneRequestException("the value is out of range", "--context", "16 to 65,536", $"{ContextLength}");
        if (string.IsNullOrWhiteSpace(Output))
            throw new InkstoneRequestException("the run needs a folder", "--output");
    }
}
