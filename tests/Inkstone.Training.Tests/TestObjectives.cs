using Inkstone.Foundation.Randomness;
using Inkstone.Models;

namespace Inkstone.Training.Tests;

/// <summary>Next token, but some targets count nothing, unevenly over the text.</summary>
internal sealed class RaggedNextToken : NextToken
{
    public override TrainingBatch Prepare(TokenExamples examples, Rng random)
    {
        var batch = base.Prepare(examples, random);
        var count = 0;
        for (var i = 0; i < batch.Targets.Length; i++)
        {
            if (batch.Targets[i] % 3 == 0 || batch.Tokens[i] < 8)
                batch.Targets[i] = TrainingBatch.Ignored;
            else
                count++;
        }
        return new TrainingBatch(batch.Tokens, batch.Layout, batch.Targets, count);
    }
}

/// <summary>Next token, but the loss of some batches is multiplied with a number that is not finite.</summary>
internal sealed class BrokenNextToken(params long[] brokenBatches) : NextToken
{
    private long _index;

    public double Factor { get; init; } = double.NaN;

    public List<long> Evaluated { get; } = [];

    public override TrainingBatch Prepare(TokenExamples examples, Rng random)
    {
        _index = examples.Index;
        return base.Prepare(examples, random);
    }

    public override ObjectiveValue Evaluate(Model model, TrainingBatch batch, double scale, Rng? random)
    {
        Evaluated.Add(_index);
        var value = base.Evaluate(model, batch, scale, random);
        return brokenBatches.Contains(_index) ? new ObjectiveValue(value.Loss * Factor) : value;
    }
}

/// <summary>Next token with a side value, and a value that does not add up.</summary>
internal sealed class SidedNextToken(bool addsUp) : NextToken
{
    public override bool AddsUp => addsUp;

    public override ObjectiveValue Evaluate(Model model, TrainingBatch batch, double scale, Rng? random)
    {
        var value = base.Evaluate(model, batch, scale, random);
        return value with { Sides = [new("double", value.Loss * 2 / (scale * batch.TargetCount))] };
    }
}
