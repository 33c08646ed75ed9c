using Inkstone.Foundation.Errors;

namespace Inkstone.Models;

/// <summary>
/// The rotary part of a GGUF file: <c>rope.freq_base</c>, <c>rope.dimension_count</c> and <c>rope.scaling.*</c>, with Llama 3's divisors in the tensor
/// <c>rope_freqs.weight</c> and LongRoPE's in <c>rope_factors_short.weight</c> and <c>rope_factors_long.weight</c>.
/// </summary>
internal static class RotaryGguf
{
    // ours: other readers always round
    private const string RampIsRounded = "rope.scaling.yarn_ramp_rounded";
    private const string Divisors = "rope_freqs.weight";
    private const string ShortFactors = "rope_factors_short.weight";
    private const string LongFactors = "rope_factors_long.weight";

    /// <summary>Whether a tensor is part of the configuration, no weight.</summary>
    public static bool IsTable(string name) => name is Divisors or ShortFactors or LongFactors;

    /// <summary>Reads all of it.</summary>
    public static RotaryValues Read(GgufFields fields, int headWidth, int contextLength, double defaultTheta = 10_000)
    {
        var theta = fields.GetDouble("rope.freq_base", 1, 1e12, defaultTheta);
        var width = fields.GetInt32("rope.dimension_count", 2, headWidth, headWidth);
        return new(theta, width, ReadScaling(fields, width, theta, contextLength));
    }

    /// <summary>Writes all of it but the tensors.</summary>
    /// <exception cref="InkstoneRequestException">The format has no such scaling.</exception>
    public static void Write(GgufFieldWriter fields, RotaryValues rotary)
    {
        fields.Set("rope.freq_base", rotary.Theta).Set("rope.dimension_count", rotary.Width);
        switch (rotary.Scaling)
        {
            case null or Llama3RotaryScaling or LongRotaryScaling { IsOneList: true, AttentionFactor: 1 }:
                break;
            case LinearRotaryScaling linear:
                fields.Set("rope.scaling.type", "linear").Set("rope.scaling.factor", linear.Factor);
                break;
            case YarnRotaryScaling yarn:
                fields.Set("rope.scaling.type", "yarn").Set("rope.scaling.factor", yarn.Factor).Set("rope.scaling.original_context_length", yarn.OriginalContextLength)
                    .Set("rope.scaling.yarn_beta_fast", yarn.BetaFast).Set("rope.scaling.yarn_beta_slow", yarn.BetaSlow);
                if (!yarn.RoundsRamp)
                    fields.Set(RampIsRounded, false);
                // readers multiply their own default with it
                if (yarn.AttentionFactor is { } magnitude)
                    fields.Set("rope.scaling.attn_factor", magnitude / yarn.DefaultMagnitude);
                break;
            case LongRotaryScaling lists:
                fields.Set("rope.scaling.type", "longrope").Set("rope.scaling.original_context_length", lists.OriginalContextLength)
                    .Set("rope.scaling.attn_factor", lists.AttentionFactor);
                break;
            default:
                throw new InkstoneRequestException("GGUF has no such scaling of rotary positions", "rope.scaling.type", "none, linear, yarn or longrope",
                    rotary.Scaling is DynamicRotaryScaling ? "dynamic" : rotary.Scaling.GetType().Name, "Keep the model in a folder.");
        }
    }

    /// <summary>The tensors that a scaling needs beside the values.</summary>
    public static IReadOnlyList<(string Name, IReadOnlyList<float> Numbers)> Tables(RotaryValues rotary) => rotary.Scaling switch
    {
        Llama3RotaryScaling llama => [(Divisors, llama.Divisors(rotary.Width, rotary.Theta))],
        LongRotaryScaling { IsOneList: true, AttentionFactor: 1 } lists => [(Divisors, lists.ShortFactors)],
        LongRotaryScaling lists => [(LongFactors, lists.LongFactors), (ShortFactors, lists.ShortFactors)],
        _ => [],
    };

    private static RotaryScaling? ReadScaling(GgufFields fields, int width, double theta, int contextLength)
    {
        fields.Ignore("rope.scaling.finetuned");
        var kind = fields.FindString("rope.scaling.type") ?? "none";
        var original = fields.GetInt32("rope.scaling.original_context_length", 1, 1 << 24, contextLength);
        var divisors = Numbers(fields, Divisors, width);
        var (shorter, longer) = (Numbers(fields, ShortFactors, width), Numbers(fields, LongFactors, width));
        var hasTables = (divisors ?? shorter ?? longer) is not null;
        return kind switch
        {
            "none" when divisors is not null && (shorter ?? longer) is null => OfDivisors(divisors, width, theta, contextLength),
            "none" or "longrope" when divisors is null => Lists(),
            "linear" when !hasTables => new LinearRotaryScaling(Factor()),
            "yarn" when !hasTables => Yarn(),
            _ => throw new InkstoneFormatException("the scaling of rotary positions is not known, or does not go with the file's tensors of divisors",
                $"{fields.Path}: {fields.Architecture}.rope.scaling.type", "none, linear, yarn or longrope", kind),
        };

        double Factor() => fields.GetDouble("rope.scaling.factor", 1e-3, 1e6);

        RotaryScaling? Lists()
        {
            if ((shorter ?? longer) is not { } one)
                return fields.Find("rope.scale_linear") is { } old ? new LinearRotaryScaling(old.AsDouble()) : null;
            var (magnitude, usual) = (fields.GetDouble("rope.scaling.attn_factor", 1e-6, 1e6, 1), LongRotaryScaling.DefaultMagnitude((double)contextLength / original, original));
            return new LongRotaryScaling(shorter ?? one, longer ?? one, original) { AttentionFactor = (float)magnitude == (float)usual ? usual : magnitude };
        }

        YarnRotaryScaling Yarn()
        {
            var yarn = new YarnRotaryScaling(Factor(), original)
            {
                BetaFast = fields.GetDouble("rope.scaling.yarn_beta_fast", 1e-3, 1e6, 32),
                BetaSlow = fields.GetDouble("rope.scaling.yarn_beta_slow", 1e-3, 1e6, 1),
                RoundsRamp = fields.GetBoolean(RampIsRounded, true),
            };
            var magnitude = fields.GetDouble("rope.scaling.attn_factor", 1e-6, 1e6, 1);
            return magnitude == 1 ? yarn : yarn with { AttentionFactor = magnitude * yarn.DefaultMagnitude };
        }
    }

    /// <summary>Divisors that are Llama 3's at its published settings, or at a like context, are named so; others stay a list.</summary>
    private static RotaryScaling OfDivisors(float[] divisors, int width, double theta, int contextLength)
    {
        for (var original = 8; original <= 1 << 20; original *= 2)
        {
            var llama = new Llama3RotaryScaling(divisors.Max(), original);
            if (llama.Divisors(width, theta).SequenceEqual(divisors))
                return llama;
        }
        return new LongRotaryScaling(divisors, divisors, contextLength);
    }

    private static float[]? Numbers(GgufFields fields, string name, int width)
    {
        if (fields.FindNumbers(name) is not { } numbers)
            return null;
        if (numbers.Length != width / 2 || numbers.Any(number => !(number >= 1e-6f && number <= 1e9f)))
            throw new InkstoneFormatException("the divisors of rotary frequencies are not what they must be", $"{fields.Path}: {name}",
                $"{width / 2} numbers from 1e-6 to 1e9", $"{numbers.Length} numbers");
        return numbers;
    }
}
