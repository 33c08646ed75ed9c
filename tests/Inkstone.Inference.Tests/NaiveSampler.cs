namespace Inkstone.Inference.Tests;

/// <summary>Every step as its formula reads, over a dictionary of scores: the oracle of the sampler.</summary>
internal static class NaiveSampler
{
    /// <summary>The distribution the next token is drawn from.</summary>
    public static Dictionary<int, double> Distribution(float[] logits, SamplingOptions options, int[] tokens, int promptLength, double xtc)
    {
        var scores = Enumerable.Range(0, logits.Length).ToDictionary(i => i, i => (double)logits[i]);
        Bias(scores, options);
        Repetition(scores, options, tokens);
        Output(scores, options, tokens[promptLength..]);
        Dry(scores, options, tokens);
        TopNSigma(scores, options);
        Keep(scores, options.TopK > 0 ? Ordered(scores).Take(options.TopK) : scores.Keys);
        Typical(scores, options);
        TopP(scores, options);
        if (options.MinP > 0)
            Keep(scores, scores.Keys.Where(t => Math.Exp(scores[t] - scores.Values.Max()) >= options.MinP * (1 - 1e-13)));
        Xtc(scores, options, xtc);
        if (options.Temperature == 0)
            Keep(scores, Ordered(scores).Take(1));
        else
            foreach (var token in scores.Keys)
                scores[token] /= options.Temperature;
        return Softmax(scores);
    }

    /// <summary>Softmax of scores.</summary>
    public static Dictionary<int, double> Softmax(Dictionary<int, double> scores)
    {
        var highest = scores.Values.Max();
        var sum = scores.Values.Sum(s => Math.Exp(s - highest));
        return scores.ToDictionary(p => p.Key, p => Math.Exp(p.Value - highest) / sum);
    }

    private static void Bias(Dictionary<int, double> scores, SamplingOptions options)
    {
        foreach (var (token, bias) in options.LogitBias)
            if (scores.ContainsKey(token))
                scores[token] += bias;
    }

    private static void Repetition(Dictionary<int, double> scores, SamplingOptions options, int[] tokens)
    {
        foreach (var token in tokens.TakeLast(options.RepetitionWindow > 0 ? options.RepetitionWindow : tokens.Length).Distinct())
            scores[token] = scores[token] > 0 ? scores[token] / options.RepetitionPenalty : scores[token] * options.RepetitionPenalty;
    }

    private static void Output(Dictionary<int, double> scores, SamplingOptions options, int[] output)
    {
        foreach (var group in output.GroupBy(t => t))
            scores[group.Key] -= options.PresencePenalty + options.FrequencyPenalty * group.Count();
    }

    private static void Dry(Dictionary<int, double> scores, SamplingOptions options, int[] all)
    {
        var tokens = all.TakeLast(options.DryWindow > 0 ? options.DryWindow : all.Length).ToArray();
        foreach (var token in scores.Keys.Where(t => !options.DryBreakTokens.Contains(t)))
        {
            var longest = 0;
            for (var before = 0; before < tokens.Length; before++)
            {
                // the token stands at a place: how much of what stands before it is also the end of the sequence?
                if (tokens[before] != token)
                    continue;
                var length = 0;
                while (length < before && tokens[before - 1 - length] == tokens[tokens.Length - 1 - length]
                    && !options.DryBreakTokens.Contains(tokens[before - 1 - length]))
                    length++;
                longest = Math.Max(longest, length);
            }
            if (options.DryMultiplier > 0 && longest >= options.DryAllowedLength)
                scores[token] -= options.DryMultiplier * Math.Pow(options.DryBase, longest - options.DryAllowedLength);
        }
    }

    private static void TopNSigma(Dictionary<int, double> scores, SamplingOptions options)
    {
        if (options.TopNSigma == 0)
            return;
        var finite = scores.Values.Where(double.IsFinite).ToList();
        var deviation = Math.Sqrt(finite.Average(s => (s - finite.Average()) * (s - finite.Average())));
        Keep(scores, scores.Keys.Where(t => scores[t] >= finite.Max() - options.TopNSigma * deviation));
    }

    private static void Typical(Dictionary<int, double> scores, SamplingOptions options)
    {
        if (options.TypicalP >= 1)
            return;
        var p = Softmax(scores);
        var entropy = -p.Values.Where(x => x > 0).Sum(x => x * Math.Log(x));
        KeepMass(scores, p, p.Keys.OrderBy(t => Math.Round(Math.Abs(-Math.Log(p[t]) - entropy), 10)).ThenBy(t => t), options.TypicalP);
    }

    private static void TopP(Dictionary<int, double> scores, SamplingOptions options)
    {
        if (options.TopP < 1)
            KeepMass(scores, Softmax(scores), Ordered(scores), options.TopP);
    }

    private static void Xtc(Dictionary<int, double> scores, SamplingOptions options, double xtc)
    {
        var p = Softmax(scores);
        var top = Ordered(scores).Where(t => p[t] >= options.XtcThreshold).ToList();
        if (xtc < options.XtcProbability && options.XtcThreshold <= 0.5 && top.Count > 1)
            Keep(scores, scores.Keys.Except(top[..^1]));
    }

    private static List<int> Ordered(Dictionary<int, double> scores) => [.. scores.Keys.OrderByDescending(t => scores[t]).ThenBy(t => t)];

    private static void KeepMass(Dictionary<int, double> scores, Dictionary<int, double> p, IEnumerable<int> order, double mass)
    {
        var kept = new List<int>();
        var reached = 0.0;
        foreach (var token in order)
        {
            kept.Add(token);
            reached += p[token];
            if (reached >= mass - 1e-13)
                break;
        }
        Keep(scores, kept);
    }

    private static void Keep(Dictionary<int, double> scores, IEnumerable<int> tokens)
    {
        var kept = tokens.ToHashSet();
        foreach (var token in scores.Keys.ToList())
            if (!kept.Contains(token))
                scores.Remove(token);
    }
}
