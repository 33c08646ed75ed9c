using System.Text.Json;

namespace Inkstone.Training;

/// <summary>A step as a line of <c>metrics.jsonl</c>.</summary>
internal static class MetricsLine
{
    public static void Write(Utf8JsonWriter json, TrainingStep step)
    {
        json.WriteStartObject();
        json.WriteNumber("step", step.Number);
        Number("loss", step.Loss);
        Number("bits_per_byte", step.BitsPerByte);
        Number("learning_rate", step.LearningRate);
        Number("gradient_norm", step.GradientNorm);
        json.WriteNumber("tokens", step.Tokens);
        json.WriteNumber("text_bytes", step.TextBytes);
        Number("seconds", step.Seconds);
        Number("flops", step.Flops);
        Number("validation_loss", step.ValidationLoss);
        if (step.Skipped)
            json.WriteBoolean("skipped", true);
        foreach (var (name, value) in step.Sides)
            Number(name, value);
        json.WriteEndObject();

        void Number(string name, double? value)
        {
            if (value is { } number && double.IsFinite(number))
                json.WriteNumber(name, number);
            else if (value is not null)
                json.WriteNull(name); // JSON has no NaN; a skipped step says so beside it
        }
    }
}
