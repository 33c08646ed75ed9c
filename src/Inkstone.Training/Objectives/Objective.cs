using Inkstone.Foundation.Randomness;
using Inkstone.Models;

namespace Inkstone.Training;

/// <summary>
/// What a run trains for. It has two halves: <see cref="Prepare"/> makes inputs and targets of examples, <see cref="Evaluate"/> what is minimised. One
/// <see cref="Trainer"/> serves every objective.
/// </summary>
public abstract class Objective
{
    /// <summary>The name in files and messages.</summary>
    public abstract string Name { get; }

    /// <summary>
    /// Whether the value over a batch is the sum of the values over its parts. One that is not (negatives taken from the batch, balance of routers) cannot be
    /// accumulated over micro-batches.
    /// </summary>
    public virtual bool AddsUp => true;

    /// <summary>Throws when a model does not give what the objective needs; called once, when a trainer is made.</summary>
    public virtual void Check(Model model)
    {
    }

    /// <summary>Makes inputs and targets; pure, so that it may run ahead.</summary>
    /// <param name="examples">The sequences.</param>
    /// <param name="random">The stream of whatever is drawn (masks, permutations).</param>
    public abstract TrainingBatch Prepare(TokenExamples examples, Rng random);

    /// <summary>The batch's value under a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="batch">What <see cref="Prepare"/> made.</param>
    /// <param name="scale">What the sum over targets is multiplied with: one over the targets of the whole accumulated batch.</param>
    /// <param name="random">The stream of dropout; null outside training.</param>
    public abstract ObjectiveValue Evaluate(Model model, TrainingBatch batch, double scale, Rng? random);
}
