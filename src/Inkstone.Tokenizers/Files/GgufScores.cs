using System.Text;
using Inkstone.Foundation.Errors;

namespace Inkstone.Tokenizers;

/// <summary>Rules of merging as scores, which is how GGUF's kind llama has them: of all pairs whose text is a token, the one of the highest score is joined first.</summary>
internal static class GgufScores
{
    /// <summary>The scores that do what a model's rules do: less one for each token that rules made before.</summary>
    /// <param name="model">A model over characters.</param>
    /// <param name="kinds">What each token is.</param>
    /// <exception cref="InkstoneRequestException">No scores do: a pair that is a token has no rule, or tokens are not made one after another.</exception>
    public static float[] Of(BytePairModel model, IReadOnlyList<SentencePieceKind> kinds)
    {
        var scores = new float[kinds.Count];
        var rules = model.Merges.All;
        var (last, made) = (-1, 0);
        var isMade = new bool[kinds.Count];
        var pairs = new HashSet<(int Left, int Right)>();
        foreach (var (left, right, result) in rules)
        {
            pairs.Add((left, right));
            if (result == last)
                continue;
            if (isMade[result])
                throw Refuse("rules that make one token after another", model.Text(result));
            (last, isMade[result], scores[result]) = (result, true, -made++);
        }
        for (var id = 0; id < kinds.Count; id++)
        {
            if (!isMade[id] && kinds[id] == SentencePieceKind.Normal)
                scores[id] = -made - id;
            if (kinds[id] == SentencePieceKind.Normal && id < model.Count && FindMissing(model, id, pairs) is { } missing)
                throw Refuse("a rule for every pair that is a token", missing);
        }
        return scores;
    }

    /// <summary>A pair of tokens that together are this one and that no rule joins.</summary>
    private static string? FindMissing(BytePairModel model, int id, HashSet<(int Left, int Right)> pairs)
    {
        var piece = model.Pieces[id];
        for (var cut = 1; cut < piece.Length; cut++)
        {
            if ((piece[cut] & 0xC0) != 0x80 && model.Pieces.Find(piece[..cut]) is >= 0 and var left && model.Pieces.Find(piece[cut..]) is >= 0 and var right && !pairs.Contains((left, right)))
                return Encoding.UTF8.GetString(piece[..cut]) + " " + Encoding.UTF8.GetString(piece[cut..]);
        }
        return null;
    }

    private static InkstoneRequestException Refuse(string expected, string? found) =>
        new("the merges of this tokenizer cannot be written as the scores that GGUF has", nameof(Tokenizer.WriteGguf), expected, found);
}
