namespace Inkstone.Inference;

/// <summary>
/// How tokens are guessed ahead, to be computed by the model in one pass. The distribution of the answers stays that of the model; most probable tokens stay the
/// same to the bit. Models with recurrent layers, which cannot take a token back, do not guess.
/// </summary>
public enum Speculation
{
    /// <summary>One token a pass.</summary>
    None,

    /// <summary>
    /// What followed the last tokens where they stood before (Saxena 2023, "prompt lookup decoding"). A guess holds when it is what would be drawn, so that an
    /// answer is the same with and without, drawn or greedy.
    /// </summary>
    PromptLookup,

    /// <summary>What the engine's draft model draws, accepted or replaced by rejection sampling (Leviathan et al. 2023). A drawn answer is another one of the same distribution.</summary>
    DraftModel,
}
