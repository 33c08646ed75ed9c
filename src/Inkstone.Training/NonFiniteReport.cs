using System.Globalization;
using System.Text;
using Inkstone.Foundation.Errors;
using Inkstone.Tensors;

namespace Inkstone.Training;

/// <summary>Says where a loss or gradient stopped being finite: the step, the batch, and the norms of every parameter and its gradient.</summary>
internal static class NonFiniteReport
{
    /// <summary>The key under which the exception's <see cref="Exception.Data"/> holds the norms of all parameters, one a line.</summary>
    public const string NormsKey = "norms";

    public static InkstoneNumericException Make(TrainingStep step, TokenExamples[] examples, Optimizer optimizer, int failures)
    {
        using var scope = PoolScope.Open();
        var norms = new StringBuilder();
        var broken = new List<string>();
        foreach (var parameter in optimizer.Parameters)
        {
            var value = Norm(parameter.Value.Detach());
            var gradient = parameter.HasGradient ? Norm(parameter.Gradient) : 0;
            norms.Append(CultureInfo.InvariantCulture, $"{parameter.Name}: value {value:G6}, gradient {gradient:G6}\n");
            if (!double.IsFinite(value) || !double.IsFinite(gradient))
                broken.Add(parameter.Name);
        }
        var documents = examples.SelectMany(e => Enumerable.Range(0, e.SequenceCount).Select(e.DocumentOf)).Distinct().Order().ToList();
        var where = string.Create(CultureInfo.InvariantCulture,
            $"step {step.Number}, batch {examples[0].Index}, documents {Some(documents.Select(document => OptionRule.Text(document)))}");
        var found = string.Create(CultureInfo.InvariantCulture,
            $"loss {step.Loss:G6}, gradient norm {step.GradientNorm:G6}; not finite in {(broken.Count == 0 ? "no single parameter" : Some(broken))}");
        var error = new InkstoneNumericException(
            failures > 1 ? $"the loss or gradient was not finite {OptionRule.Text(failures)} times in a row" : "the loss or gradient is not finite", where,
            "finite numbers", found, "The weights are as before this step. Lower the learning rate, lengthen the warm-up, or look at these documents.");
        error.Data[NormsKey] = norms.ToString();
        return error;
    }

    private static double Norm(in Tensor x) => x.SumOfSquares().Sqrt().ToScalar();

    private static string Some(IEnumerable<string> names)
    {
        var all = names.ToList();
        return string.Join(", ", all.Take(5)) + (all.Count > 5 ? string.Create(CultureInfo.InvariantCulture, $" and {all.Count - 5} more") : "");
    }
}
