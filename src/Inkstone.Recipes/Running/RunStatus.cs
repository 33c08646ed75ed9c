namespace Inkstone.Recipes;

/// <summary>Where a training run stands.</summary>
/// <param name="Steps">Steps the run has in all, as it looks now.</param>
/// <param name="Elapsed">Seconds since the recipe began.</param>
/// <param name="Remaining">Seconds that training still takes at its present speed.</param>
/// <param name="ShareOfPeak">Floating-point operations a second as a share of the machine's measured peak.</param>
/// <param name="DecayBegan">Whether the learning rate is falling.</param>
public readonly record struct RunStatus(long Steps, double Elapsed, double Remaining, double ShareOfPeak, bool DecayBegan);

/// <summary>A score of the held-out sample in the course of training.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="Tokens">Tokens trained on.</param>
/// <param name="Minutes">Minutes since the recipe began.</param>
/// <param name="BitsPerByte">The model's score on the sample.</param>
public sealed record ValidationPoint(long Step, long Tokens, double Minutes, double BitsPerByte);

/// <summary>Text that a model wrote.</summary>
/// <param name="Step">The step after which it wrote it.</param>
/// <param name="Prompt">What it was given.</param>
/// <param name="Text">What it wrote after that.</param>
/// <param name="Ended">Whether it ended by itself, and not because it had to.</param>
public sealed record GeneratedSample(long Step, string Prompt, string Text, bool Ended);
