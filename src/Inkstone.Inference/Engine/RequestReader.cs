using Inkstone.Foundation.Errors;
using Inkstone.Tokenizers;

namespace Inkstone.Inference;

/// <summary>Checks what callers ask for, on their own threads, before the engine's worker sees it.</summary>
internal sealed class RequestReader(EngineParts engine)
{
    /// <summary>
    /// The tokens of a text, with the begin-of-text token before it when the tokenizer has one; of a text that an encoder reads, with all that the tokenizer puts
    /// around it.
    /// </summary>
    /// <param name="prompt">The text.</param>
    /// <param name="source">What an encoder reads instead of the text.</param>
    public int[] Encode(string prompt, IReadOnlyList<int>? source)
    {
        if (engine.Model.ReadsSource)
            return [.. engine.Tokenizer.EncodeDetailed(prompt, options: new EncodeOptions { AddSpecial = source is null }).Tokens.Select(token => token.Id)];
        var tokens = new List<int>();
        if (engine.Tokenizer.BeginOfText is { } begin)
            tokens.Add(begin);
        tokens.AddRange(engine.Tokenizer.Encode(prompt));
        return [.. tokens];
    }

    /// <summary>A request for answers.</summary>
    public AnswerRequest Answer(int[] prompt, GenerationOptions options, CancellationToken cancellation)
    {
        options.Validate();
        Check(options);
        (prompt, var source) = WithSource(prompt, options.Source);
        var kept = prompt;
        var room = engine.Model.ContextLength - (options.MaxTokens > 0 ? 1 : 0);
        if (options.Overflow == ContextOverflow.Shift)
        {
            if (options.KeptPrefix >= engine.Model.ContextLength - 1)
                throw new InkstoneRequestException("the kept prefix leaves no room in the model's context", nameof(options.KeptPrefix),
                    $"at most {engine.Model.ContextLength - 2} tokens", $"{options.KeptPrefix}");
            kept = Shifted(prompt, options.KeptPrefix, room);
        }
        Check(kept, room, options.Speculation == Speculation.DraftModel ? engine.Options.DraftModel!.VocabularySize : int.MaxValue);
        return new AnswerRequest(engine, new RequestPrompt(kept, source, prompt.Length - kept.Length), WithBreakTokens(options), cancellation);
    }

    /// <summary>A request for a beam search.</summary>
    public BeamRequest Search(int[] prompt, BeamOptions options, CancellationToken cancellation)
    {
        options.Validate();
        (prompt, var source) = WithSource(prompt, options.Source);
        Check(prompt, engine.Model.ContextLength - 1, int.MaxValue);
        return new BeamRequest(engine, new RequestPrompt(prompt, source, 0), options, cancellation);
    }

    /// <summary>What sequences begin with, and what an encoder reads.</summary>
    private (int[] Prompt, int[] Source) WithSource(int[] prompt, IReadOnlyList<int>? given)
    {
        if (!engine.Model.ReadsSource)
            return given is null ? (prompt, []) : throw new InkstoneRequestException("the model reads no source", nameof(GenerationOptions.Source), "an encoder-decoder",
                engine.Model.Config.Family, "Give a prompt alone.");
        int[] source = given is null ? prompt : [.. given];
        if (source.Length == 0)
            throw new InkstoneRequestException("the source is empty", nameof(GenerationOptions.Source), "at least one token");
        if (source.Length > engine.Model.ContextLength)
            throw new InkstoneRequestException("the source is longer than the model's context", nameof(GenerationOptions.Source),
                $"at most {engine.Model.ContextLength} tokens", $"{source.Length}", "Shorten the text.");
        CheckIds(source, engine.Model.VocabularySize);
        int[] start = engine.Model.TargetStart is { } token ? [token] : [];
        return (given is null ? start : [.. start, .. prompt], source);
    }

    /// <summary>The prompt without as many older halves as it takes to fit.</summary>
    private static int[] Shifted(int[] prompt, int kept, int room)
    {
        while (prompt.Length > room)
            prompt = [.. prompt.AsSpan(0, kept), .. prompt.AsSpan(kept + Sequence.DroppedBy(prompt.Length, kept))];
        return prompt;
    }

    private void Check(int[] prompt, int room, int tokenCount)
    {
        if (prompt.Length == 0)
            throw new InkstoneRequestException("the prompt is empty", "prompt", "at least one token");
        if (prompt.Length > room)
            throw new InkstoneRequestException("the prompt does not leave room in the model's context", "prompt", $"at most {room} tokens",
                $"{prompt.Length}", "Shorten the prompt, use a model with a longer context, or let older tokens be dropped (ContextOverflow.Shift).");
        CheckIds(prompt, Math.Min(tokenCount, engine.Model.VocabularySize));
    }

    private static void CheckIds(int[] tokens, int count)
    {
        foreach (var token in tokens)
            if ((uint)token >= (uint)count)
                throw new InkstoneRequestException("the prompt has an id that is no token's", "prompt", $"0 to {count - 1}", $"{token}");
    }

    private void Check(GenerationOptions options)
    {
        foreach (var token in options.StopTokens.Concat(options.Biases.Select(bias => bias.Key)))
            if ((uint)token >= (uint)engine.Model.VocabularySize)
                throw new InkstoneRequestException("an option names an id that is no token's", "StopTokens or LogitBias", $"0 to {engine.Model.VocabularySize - 1}", $"{token}");
        if (options.Speculation != Speculation.DraftModel)
            return;
        if (engine.Drafter is null)
            throw new InkstoneRequestException("the engine has no draft model", nameof(options.Speculation), fix: "Give EngineOptions a DraftModel.");
        if (options.DraftLength >= engine.Options.TokensPerTurn)
            throw new InkstoneRequestException("a turn has no room for the guesses", nameof(options.DraftLength), $"below {engine.Options.TokensPerTurn} (TokensPerTurn)",
                $"{options.DraftLength}");
    }

    /// <summary>Finds the tokens that hold a text which breaks sequences.</summary>
    private GenerationOptions WithBreakTokens(GenerationOptions options)
    {
        if (options.DryMultiplier == 0 || options.DryBreakers.Count == 0)
            return options;
        var breakers = options.DryBreakers.Select(System.Text.Encoding.UTF8.GetBytes).ToArray();
        var tokens = new List<int>(options.DryBreakTokens);
        for (var token = 0; token < engine.Tokenizer.VocabularySize; token++)
            foreach (var breaker in breakers)
                if (engine.Tokenizer.TokenBytes(token).IndexOf(breaker) >= 0)
                {
                    tokens.Add(token);
                    break;
                }
        return options with { DryBreakTokens = tokens };
    }
}
