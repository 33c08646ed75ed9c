using System.Globalization;
using Inkstone.Foundation.Errors;

namespace Inkstone.Tokenizers;

/// <summary>Checks of options that several trainers have.</summary>
internal static class TrainerChecks
{
    /// <summary>Refuses an option that is out of range.</summary>
    /// <exception cref="InkstoneRequestException">It does not hold.</exception>
    public static void Require(bool holds, string option, double found, string expected)
    {
        if (!holds)
            throw new InkstoneRequestException("an option of the tokenizer's training is out of range", option, expected, found.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Checks what all trainers that count pieces have.</summary>
    /// <exception cref="InkstoneRequestException">One is out of range.</exception>
    public static void Common(long minimumFrequency, long maximumDistinctBytes, int threads)
    {
        Require(minimumFrequency >= 1, nameof(BpeTrainerOptions.MinimumFrequency), minimumFrequency, "at least 1");
        Require(maximumDistinctBytes is >= 1 << 16 and <= 1 << 30, nameof(BpeTrainerOptions.MaximumDistinctBytes), maximumDistinctBytes, "65,536 to 1,073,741,824");
        Require(threads is >= 0 and <= 1024, nameof(BpeTrainerOptions.Threads), threads, "0 to 1024");
    }

    /// <summary>Checks special tokens and the size of the vocabulary that they are in.</summary>
    /// <exception cref="InkstoneRequestException">One is empty or given twice, or the size is out of range.</exception>
    public static void Specials(IReadOnlyList<string> specialTokens, int vocabularySize)
    {
        if (specialTokens.Any(string.IsNullOrEmpty) || specialTokens.Distinct().Count() != specialTokens.Count)
            throw new InkstoneRequestException("a special token is empty or given twice", nameof(BpeTrainerOptions.SpecialTokens), found: string.Join(", ", specialTokens));
        Require(vocabularySize > specialTokens.Count && vocabularySize <= 1 << 24, nameof(BpeTrainerOptions.VocabularySize), vocabularySize,
            string.Create(CultureInfo.InvariantCulture, $"more than the {specialTokens.Count} special tokens, at most 16,777,216"));
    }

    /// <summary>Refuses texts that held nothing to learn from.</summary>
    /// <exception cref="InkstoneRequestException">There was none.</exception>
    public static void RequireText(PieceCounter counter)
    {
        if (counter.Pieces == 0)
            throw new InkstoneRequestException("there is no text to train a tokenizer on", "texts", fix: "Check the path and the file types read.");
    }

    /// <summary>The error of a vocabulary that is smaller than what must be in it.</summary>
    /// <param name="count">How much must be in it.</param>
    /// <param name="asked">The vocabulary asked for.</param>
    /// <param name="option">The option that makes fewer characters do.</param>
    public static InkstoneRequestException NoRoom(int count, int asked, string option) => new(
        "the vocabulary asked for has no room for all characters that must be in it", nameof(BpeTrainerOptions.VocabularySize),
        string.Create(CultureInfo.InvariantCulture, $"at least {count}"), asked.ToString(CultureInfo.InvariantCulture),
        $"Ask for more tokens, or for less {option}.");
}
