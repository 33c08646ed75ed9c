using System.Globalization;
using Inkstone.Foundation.Errors;

namespace Inkstone.Inference;

/// <summary>The model's own distribution over tokens: ln p = score − normaliser, normaliser = ln Σ e^score.</summary>
internal static class LogProbabilities
{
    /// <summary>ln Σ e^score.</summary>
    /// <exception cref="InkstoneNumericException">A score is not a number, or none is finite.</exception>
    public static double Normaliser(ReadOnlySpan<float> logits)
    {
        var highest = Exponentials.Highest(logits);
        if (float.IsNaN(highest) || float.IsPositiveInfinity(highest))
            throw new InkstoneNumericException("the model gave a score that is not a finite number", "sampler", found: highest.ToString(CultureInfo.InvariantCulture));
        if (float.IsNegativeInfinity(highest))
            throw new InkstoneNumericException("the model gave no finite score", "sampler");
        return highest + Math.Log(Exponentials.Sum(logits, highest));
    }

    /// <summary>The most probable tokens, falling, ties by rising id; fewer when there are not so many.</summary>
    public static TokenLogProbability[] Top(ReadOnlySpan<float> logits, double normaliser, int count)
    {
        var top = new TokenLogProbability[Math.Min(count, logits.Length)];
        var filled = 0;
        for (var token = 0; token < logits.Length; token++)
        {
            if (filled == top.Length && (filled == 0 || logits[token] - normaliser <= top[^1].LogProbability))
                continue;
            var place = filled < top.Length ? filled++ : filled - 1;
            for (; place > 0 && top[place - 1].LogProbability < logits[token] - normaliser; place--)
                top[place] = top[place - 1];
            top[place] = new TokenLogProbability(token, logits[token] - normaliser);
        }
        return top;
    }
}
