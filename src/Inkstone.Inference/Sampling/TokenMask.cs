namespace Inkstone.Inference;

/// <summary>Takes the tokens that an answer may not go on with out of a draw. For one thread.</summary>
internal sealed class TokenMask
{
    private ulong[] _words = [];

    /// <summary>Sets the scores of what may not come next to −∞.</summary>
    /// <returns>False when nothing may come next: the answer is complete and no token says so.</returns>
    /// <exception cref="Foundation.Errors.InkstoneRequestException">The constraint allows no token and no end.</exception>
    public bool TryApply(Candidates candidates, in SamplerInput input)
    {
        if (input.Constraint is not { } constraint)
        {
            if (input.IsTooShort)
                foreach (var token in input.EndTokens)
                    if ((uint)token < (uint)candidates.Count)
                        candidates.Scores[token] = double.NegativeInfinity;
            return true;
        }
        return TryConstrain(constraint, candidates, input);
    }

    private bool TryConstrain(ITokenConstraint constraint, Candidates candidates, in SamplerInput input)
    {
        var count = candidates.Count;
        if (_words.Length < (count + 63) / 64)
            _words = new ulong[(count + 63) / 64];
        var words = _words.AsSpan(0, (count + 63) / 64);
        words.Clear();
        constraint.Allow(words);
        if (count % 64 != 0)
            words[^1] &= (1UL << (count % 64)) - 1;
        foreach (var token in input.EndTokens)
            if ((uint)token < (uint)count)
                words[token / 64] &= ~(1UL << (token % 64));
        // a complete answer that nothing may follow ends, short or not
        if (constraint.MayEnd && (!input.IsTooShort || !words.ContainsAnyExcept(0UL)))
            foreach (var token in input.EndTokens)
                if ((uint)token < (uint)count)
                    words[token / 64] |= 1UL << (token % 64);
        if (!words.ContainsAnyExcept(0UL))
            return constraint.MayEnd ? false : throw new Foundation.Errors.InkstoneRequestException(
                "the constraint allows no token of the vocabulary and no end", "sampler", fix: "Use a constraint that the tokenizer's tokens can spell.");
        var scores = candidates.Scores;
        for (var token = 0; token < count; token++)
            if ((words[token / 64] >> (token % 64) & 1) == 0)
                scores[token] = double.NegativeInfinity;
        return true;
    }
}
