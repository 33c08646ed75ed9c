using System.Globalization;
using System.Text;
using Inkstone.Corpus;
using Inkstone.Foundation.Drawing;
using Inkstone.Foundation.Errors;
using Inkstone.Tokenizers;

namespace Inkstone.Recipes;

/// <summary>How a tokenizer does on one text.</summary>
/// <param name="Tokenizer">The tokenizer's name.</param>
/// <param name="Text">The text's name, such as its language.</param>
/// <param name="Bytes">The text's length in UTF-8.</param>
/// <param name="Words">How many words it has, by Unicode's boundaries; a word has a letter or a digit.</param>
/// <param name="Tokens">How many tokens it becomes.</param>
/// <param name="UnknownTokens">How many of them are the unknown token.</param>
public sealed record TokenizerScore(string Tokenizer, string Text, long Bytes, long Words, long Tokens, long UnknownTokens)
{
    /// <summary>Bytes of text a token: the more, the shorter the rows a model reads.</summary>
    public double BytesPerToken => Tokens == 0 ? 0 : (double)Bytes / Tokens;

    /// <summary>Tokens a word, known as fertility.</summary>
    public double TokensPerWord => Words == 0 ? 0 : (double)Tokens / Words;

    /// <summary>The share of tokens that are unknown.</summary>
    public double UnknownRate => Tokens == 0 ? 0 : (double)UnknownTokens / Tokens;
}

/// <summary>Several tokenizers on several texts.</summary>
public static class TokenizerComparison
{
    private const int MostCharacters = 8 << 20;

    /// <summary>Encodes every text by every tokenizer.</summary>
    /// <param name="tokenizers">The tokenizers, by name.</param>
    /// <param name="texts">Files or folders of text, by name; of each at most eight million characters are read.</param>
    /// <exception cref="InkstoneException">A text cannot be read.</exception>
    public static IReadOnlyList<TokenizerScore> Run(IReadOnlyList<(string Name, Tokenizer Tokenizer)> tokenizers, IReadOnlyList<(string Name, string Path)> texts)
    {
        ArgumentNullException.ThrowIfNull(tokenizers);
        ArgumentNullException.ThrowIfNull(texts);
        var scores = new List<TokenizerScore>();
        foreach (var (textName, path) in texts)
        {
            var documents = Read(path);
            var bytes = documents.Sum(document => (long)Encoding.UTF8.GetByteCount(document));
            var words = documents.Sum(document => (long)TextUnits.CountWords(document));
            foreach (var (name, tokenizer) in tokenizers)
            {
                long tokens = 0, unknown = 0;
                foreach (var row in tokenizer.EncodeAll(documents))
                {
                    tokens += row.Length;
                    unknown += tokenizer.UnknownToken is { } id ? row.Count(token => token == id) : 0;
                }
                scores.Add(new(name, textName, bytes, words, tokens, unknown));
            }
        }
        return scores;
    }

    /// <summary>The comparison as a chart: bytes a token, the longest bar the most compact.</summary>
    public static string ToSvg(IReadOnlyList<TokenizerScore> scores)
    {
        ArgumentNullException.ThrowIfNull(scores);
        var texts = scores.Select(score => score.Text).Distinct().ToArray();
        return new BarChart
        {
            Title = "Bytes of text a token",
            Subtitle = "More is shorter rows for the same text. " + string.Join(", ", texts.Select(text => $"{text}: {scores.First(score => score.Text == text).Bytes.ToString("N0", CultureInfo.InvariantCulture)} bytes")),
            Bars = [.. texts.SelectMany(text => scores.Where(score => score.Text == text).Select(score => new ChartBar(Label(score), score.BytesPerToken, score == Best(scores, text))))],
            Decimals = 2,
        }.ToSvg();
    }

    private static string Label(TokenizerScore score) =>
        $"{score.Text} · {score.Tokenizer}" + (IsWhole(score) ? "" : string.Create(CultureInfo.InvariantCulture, $" ({score.UnknownRate:P0} unknown)"));

    /// <summary>The most compact of those that keep the text.</summary>
    private static TokenizerScore? Best(IReadOnlyList<TokenizerScore> scores, string text) =>
        scores.Where(score => score.Text == text && IsWhole(score)).MaxBy(score => score.BytesPerToken);

    private static bool IsWhole(TokenizerScore score) => score.UnknownRate < 0.005;

    private static List<string> Read(string path)
    {
        var (documents, total) = (new List<string>(), 0L);
        foreach (var document in TextSource.Read(path))
        {
            documents.Add(document.Text.Length <= MostCharacters ? document.Text : document.Text[..MostCharacters]);
            total += documents[^1].Length;
            if (total >= MostCharacters)
                break;
        }
        return documents.Count > 0 ? documents : throw new InkstoneRequestException("there is no text to compare tokenizers on", path);
    }
}
