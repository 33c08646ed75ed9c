using Inkstone.Corpus;
using Inkstone.Foundation.Errors;
using Inkstone.Tokenizers;

namespace Inkstone.Recipes;

/// <summary>Tokens of a text: some to calibrate with, cut into windows, and some that were kept out of them.</summary>
/// <param name="Windows">Each begins with the begin-of-text token, where the tokenizer has one.</param>
/// <param name="Window">Tokens of a window.</param>
/// <param name="Kept">What follows, for an evaluation.</param>
internal sealed record CalibrationText(IReadOnlyList<int[]> Windows, int Window, int[] Kept)
{
    private const int LongestWindow = 512;
    private const int KeptShare = 8;

    /// <summary>Reads a text.</summary>
    /// <param name="path">A file or folder.</param>
    /// <param name="tokenizer">The model's.</param>
    /// <param name="contextLength">The model's.</param>
    /// <param name="most">The most tokens to calibrate with.</param>
    /// <param name="kept">The most tokens to keep out; at most an eighth of the text is.</param>
    /// <exception cref="InkstoneRequestException">There is less text than a window.</exception>
    public static CalibrationText Read(string path, Tokenizer tokenizer, int contextLength, int most, int kept)
    {
        var tokens = Tokens(path, tokenizer, (long)most + kept, out _);
        var window = Math.Min(LongestWindow, contextLength);
        var held = Math.Min(kept, tokens.Count / KeptShare);
        var used = Math.Min(most, tokens.Count - held);
        var body = window - (tokenizer.BeginOfText is null ? 0 : 1);
        if (used < body)
            throw new InkstoneRequestException("the text to calibrate with is too short", path, $"{window} tokens", $"{used}");
        int[] begin = tokenizer.BeginOfText is { } id ? [id] : [];
        var windows = Enumerable.Range(0, used / body).Select(i => (int[])[.. begin, .. tokens.GetRange(i * body, body)]).ToList();
        return new(windows, window, [.. begin, .. tokens.GetRange(used, Math.Min(held, tokens.Count - used))]);
    }

    /// <summary>The first tokens of a text.</summary>
    public static List<int> Tokens(string path, Tokenizer tokenizer, long most, out bool isWhole)
    {
        var tokens = new List<int>();
        isWhole = true;
        foreach (var document in TextSource.Read(path))
        {
            tokens.AddRange(tokenizer.Encode(document.Text));
            if (tokens.Count < most)
                continue;
            isWhole = tokens.Count == most;
            tokens.RemoveRange((int)most, tokens.Count - (int)most);
            break;
        }
        return tokens;
    }
}
