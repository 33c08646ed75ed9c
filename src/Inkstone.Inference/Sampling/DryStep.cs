namespace Inkstone.Inference;

/// <summary>
/// "Don't repeat yourself" (p-e-w 2024): a token that would make the end of the sequence, prompt included, repeat n tokens that it followed before, n at least
/// the allowed length a, loses multiplier · base^(n − a). Repeats do not reach over tokens that break sequences, and those tokens themselves lose nothing.
/// Time grows with the length alone (Z-algorithm from the end). For one thread.
/// </summary>
public sealed class DryStep : ISamplerStep
{
    private const double LargestExponent = 88; // e^88 is near the largest single-precision number

    private readonly TokenMarks _longest = new();
    private int[] _matches = [];

    /// <inheritdoc/>
    public void Apply(Candidates candidates, in SamplerInput input)
    {
        var options = input.Options;
        if (options.DryMultiplier == 0)
            return;
        var tokens = SamplingOptions.Window(input.Tokens, options.DryWindow);
        var limit = 0;
        while (limit < tokens.Length && !options.BreaksSequence(tokens[tokens.Length - 1 - limit]))
            limit++;
        if (limit < options.DryAllowedLength)
            return;
        Match(tokens);
        var scores = candidates.Scores;
        _longest.Clear(scores.Length);
        for (var back = 1; back < tokens.Length; back++)
        {
            var (token, length) = (tokens[^back], Math.Min(_matches[back], limit));
            if (length >= options.DryAllowedLength && (uint)token < (uint)scores.Length && !options.BreaksSequence(token))
                _longest[token] = Math.Max(_longest[token], length);
        }
        foreach (var token in tokens)
            if ((uint)token < (uint)scores.Length && _longest[token] is > 0 and var length)
            {
                scores[token] -= Penalty(options, length);
                _longest[token] = 0;
            }
    }

    private static double Penalty(SamplingOptions options, int length)
    {
        var exponent = Math.Min((length - options.DryAllowedLength) * Math.Log(options.DryBase), LargestExponent);
        return options.DryMultiplier * Math.Exp(exponent);
    }

    /// <summary>Sets match i to how many tokens, read backwards, the sequence without its last i has in common with the whole sequence.</summary>
    private void Match(ReadOnlySpan<int> tokens)
    {
        var count = tokens.Length;
        if (_matches.Length < count)
            _matches = new int[Math.Max(count, 2 * _matches.Length)];
        var (left, right) = (0, 0); // the match found so far that reaches furthest back
        for (var i = 1; i < count; i++)
        {
            var length = i < right ? Math.Min(right - i, _matches[i - left]) : 0;
            while (i + length < count && tokens[count - 1 - length] == tokens[count - 1 - i - length])
                length++;
            _matches[i] = length;
            if (i + length > right)
                (left, right) = (i, i + length);
        }
    }
}
