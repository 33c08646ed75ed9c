using System.Globalization;
using System.Text;
using Inkstone.Foundation.Errors;

namespace Inkstone.Tokenizers;

/// <summary>What the trainers of SentencePiece models share: the characters that must be covered, and the file around learnt pieces.</summary>
internal static class SentencePieceTraining
{
    /// <summary>The most frequent characters that together make up the share of the text that must be covered, and for which there is room.</summary>
    /// <exception cref="InkstoneRequestException">There are more than the vocabulary has room for.</exception>
    public static List<(Rune Character, long Count)> Required(UnigramWords words, SentencePieceTrainerOptions options)
    {
        var required = Covered(words, options);
        if (required.Count > options.VocabularySize - options.FixedPieces)
            throw TrainerChecks.NoRoom(required.Count + options.FixedPieces, options.VocabularySize, nameof(options.CharacterCoverage));
        return required;
    }

    /// <summary>The most frequent characters that together make up the share of the text that must be covered.</summary>
    public static List<(Rune Character, long Count)> Covered(UnigramWords words, SentencePieceTrainerOptions options)
    {
        var characters = words.CountCharacters();
        var total = characters.Sum(entry => (double)entry.Count);
        var covered = 0.0;
        var count = 0;
        for (; count < characters.Count && covered / total < options.CharacterCoverage; count++)
            covered += characters[count].Count;
        var reserved = Reserved(options);
        return [.. characters.Take(count).Where(entry => !reserved.Contains(Print(Encoding.UTF8.GetBytes(entry.Character.ToString()))))];
    }

    /// <summary>The texts that no learnt piece may have: those of special and user-defined pieces, and of bytes.</summary>
    public static HashSet<string> Reserved(SentencePieceTrainerOptions options)
    {
        var reserved = new HashSet<string>([options.UnknownToken, .. options.SpecialTokens, .. options.UserDefined], StringComparer.Ordinal);
        for (var value = 0; options.HasByteFallback && value < 256; value++)
            reserved.Add(ByteName(value));
        return reserved;
    }

    /// <summary>A piece as files print it: a space as U+2581.</summary>
    public static string Print(ReadOnlySpan<byte> piece) => Encoding.UTF8.GetString(piece).Replace(' ', '\u2581');

    /// <summary>The model of these pieces, behind the unknown one, the special ones, the user-defined ones and bytes.</summary>
    /// <param name="learnt">The pieces, in order, and their scores.</param>
    /// <param name="algorithm">How pieces are found.</param>
    /// <param name="options">The options.</param>
    /// <exception cref="InkstoneRequestException">They are fewer than asked for, and that is not allowed.</exception>
    public static SentencePieceFile ToFile(
        IReadOnlyList<(byte[] Text, double Score)> learnt, SentencePieceAlgorithm algorithm, SentencePieceTrainerOptions options)
    {
        if (learnt.Count < options.VocabularySize - options.FixedPieces && !options.AllowSmaller)
            throw TooSmall(learnt.Count + options.FixedPieces, options);
        var (texts, scores, kinds) = (new List<byte[]>(), new List<float>(), new List<SentencePieceKind>());
        Add(options.UnknownToken, 0, SentencePieceKind.Unknown);
        foreach (var token in options.SpecialTokens)
            Add(token, 0, SentencePieceKind.Control);
        foreach (var piece in options.UserDefined)
            Add(piece, 0, SentencePieceKind.UserDefined);
        for (var value = 0; options.HasByteFallback && value < 256; value++)
            Add(ByteName(value), 0, SentencePieceKind.Byte);
        foreach (var (text, score) in learnt)
            Add(Print(text), (float)score, SentencePieceKind.Normal);
        var roles = SpecialRoles.FromNames([.. options.SpecialTokens]);
        return new()
        {
            Pieces = PieceBlock.Of(texts),
            Scores = [.. scores],
            Kinds = [.. kinds],
            Algorithm = algorithm,
            HasByteFallback = options.HasByteFallback,
            Normalization = options.Normalization,
            BeginId = IdOf(roles.BeginOfText),
            EndId = IdOf(roles.EndOfText),
        };

        void Add(string text, float score, SentencePieceKind kind)
        {
            texts.Add(Encoding.UTF8.GetBytes(text));
            scores.Add(score);
            kinds.Add(kind);
        }

        int IdOf(string? name) => options.SpecialTokens.ToList().IndexOf(name!) is var at && at >= 0 ? at + 1 : -1;
    }

    private static string ByteName(int value) => string.Create(CultureInfo.InvariantCulture, $"<0x{value:X2}>");

    private static InkstoneRequestException TooSmall(int count, SentencePieceTrainerOptions options) => new(
        "the vocabulary asked for is larger than the text supports", nameof(options.VocabularySize),
        string.Create(CultureInfo.InvariantCulture, $"at most {count}"), options.VocabularySize.ToString(CultureInfo.InvariantCulture),
        $"Ask for fewer pieces, give more text, or set {nameof(options.AllowSmaller)}.");
}
