using System.Text.Json;
using Inkstone.Foundation.Formats;

namespace Inkstone.Models;

/// <summary>
/// The rotary part of <c>config.json</c>, in the older spelling (<c>rope_theta</c> with <c>rope_scaling</c>, whose kind is <c>type</c> or <c>rope_type</c>) and in
/// the newer one (<c>rope_parameters</c>). The older is written.
/// </summary>
internal static class RotaryJson
{
    public const string Original = "original_max_position_embeddings";

    private const string Parameters = "rope_parameters";
    private const string Scaling = "rope_scaling";
    private const double LargestTheta = 1e12;

    /// <summary>The names of a family's members where they are its own, and its defaults.</summary>
    public sealed record Names(string Theta = "rope_theta", string Share = "partial_rotary_factor", double DefaultTheta = 10_000, double DefaultShare = 1);

    /// <summary>Reads what holds for all layers.</summary>
    public static RotaryValues Read(JsonObjectReader json, int headWidth, int contextLength, Names? names = null)
    {
        var newer = json.FindObject(Parameters);
        var older = ReadOlder(json, headWidth, contextLength, names ??= new Names());
        return newer is null ? older : ReadNewer(newer, json, headWidth, contextLength, older);
    }

    /// <summary>Reads what holds for layers of full attention and for those of a sliding window, which <c>rope_parameters</c> may tell apart.</summary>
    /// <param name="json">The configuration.</param>
    /// <param name="headWidth">Width of a head.</param>
    /// <param name="contextLength">The longest sequence.</param>
    /// <param name="names">Names and defaults of the full layers.</param>
    /// <param name="localTheta">The older spelling's base of the windowed layers, which are never scaled there; null: all layers are alike.</param>
    public static (RotaryValues Full, RotaryValues Sliding) ReadPerType(
        JsonObjectReader json, int headWidth, int contextLength, Names names, double? localTheta)
    {
        var newer = json.FindObject(Parameters);
        var full = ReadOlder(json, headWidth, contextLength, names);
        var sliding = localTheta is { } theta ? full with { Theta = theta, Scaling = null } : full;
        if (newer is null)
            return (full, sliding);
        if (!newer.Has("full_attention"))
            return (ReadNewer(newer, json, headWidth, contextLength, full), sliding);
        return (ReadNewer(newer.GetObject("full_attention"), json, headWidth, contextLength, full),
            newer.FindObject("sliding_attention") is { } own ? ReadNewer(own, json, headWidth, contextLength, sliding) : sliding);
    }

    /// <summary>Writes base and scaling.</summary>
    public static void Write(Utf8JsonWriter json, RotaryValues rotary, int contextLength, string thetaName = "rope_theta")
    {
        var scaling = rotary.Scaling;
        json.WriteFinite(thetaName, rotary.Theta);
        if (scaling is null)
        {
            json.WriteNull(Scaling);
            return;
        }
        if (scaling is LongRotaryScaling { OriginalContextLength: var original })
            json.WriteNumber(Original, original);
        json.WriteStartObject(Scaling);
        WriteMembers(json, scaling, contextLength);
        json.WriteEndObject();
    }

    private static RotaryValues ReadOlder(JsonObjectReader json, int headWidth, int contextLength, Names names)
    {
        var theta = json.GetDouble(names.Theta, 1, LargestTheta, names.DefaultTheta);
        var width = WidthOf(json.GetDouble(names.Share, 0, 1, names.DefaultShare), headWidth);
        json.Ignore(Original);
        return new(theta, width, json.FindObject(Scaling) is { } scaling ? ReadScaling(scaling, json, contextLength) : null);
    }

    private static RotaryValues ReadNewer(JsonObjectReader own, JsonObjectReader json, int headWidth, int contextLength, RotaryValues older) =>
        new(own.GetDouble("rope_theta", 1, LargestTheta, older.Theta),
            own.Find("partial_rotary_factor") is { } share ? WidthOf(share.AsDouble(0, 1), headWidth) : older.Width,
            ReadScaling(own, json, contextLength) ?? older.Scaling);

    private static int WidthOf(double share, int headWidth) => (int)(headWidth * share);

    private static RotaryScaling? ReadScaling(JsonObjectReader own, JsonObjectReader json, int contextLength)
    {
        var kind = own.Find("rope_type") ?? own.Find("type");
        own.Ignore("type", "finetuned");
        var original = own.Find(Original) ?? json.Find(Original);
        var length = original?.AsInt32(1, 1 << 24) ?? contextLength;
        switch (kind?.AsString())
        {
            case null or "default":
                return null;
            case "linear":
                return new LinearRotaryScaling(Factor());
            case "dynamic":
                return new DynamicRotaryScaling(Factor(), length);
            case "yarn":
                return WithMagnitudes(own, new YarnRotaryScaling(Factor((double)contextLength / length), length)
                {
                    BetaFast = own.GetDouble("beta_fast", 1e-3, 1e6, 32),
                    BetaSlow = own.GetDouble("beta_slow", 1e-3, 1e6, 1),
                    RoundsRamp = own.GetBoolean("truncate", true),
                    AttentionFactor = own.Find("attention_factor")?.AsDouble(1e-6, 1e6),
                });
            case "llama3":
                return new Llama3RotaryScaling(Factor(), own.GetInt32(Original, 1, 1 << 24))
                {
                    LowFrequencyFactor = own.GetDouble("low_freq_factor", 1e-3, 1e6),
                    HighFrequencyFactor = own.GetDouble("high_freq_factor", 1e-3, 1e6),
                };
            case "longrope" or "su":
                var factor = original is null ? Factor(1) : (double)contextLength / length;
                own.Ignore("factor");
                return new LongRotaryScaling(Factors(own.Get("short_factor")), Factors(own.Get("long_factor")), length)
                {
                    AttentionFactor = own.Find("attention_factor")?.AsDouble(1e-6, 1e6) ?? LongRotaryScaling.DefaultMagnitude(factor, length),
                };
            default:
                throw kind!.Value.Error("the scaling of rotary positions is not known", "default, linear, dynamic, yarn, llama3 or longrope");
        }

        double Factor(double? otherwise = null) =>
            otherwise is { } number ? own.GetDouble("factor", 1e-3, 1e6, number) : own.GetDouble("factor", 1e-3, 1e6);
    }

    /// <summary>DeepSeek's two magnitudes: the quotient is the rotary one, the second is of the scores too.</summary>
    private static YarnRotaryScaling WithMagnitudes(JsonObjectReader own, YarnRotaryScaling yarn)
    {
        var (first, second) = (own.GetDouble("mscale", 0, 1e6, 0), own.GetDouble("mscale_all_dim", 0, 1e6, 0));
        return second == 0 ? yarn : yarn with { AttentionFactor = yarn.AttentionFactor ?? yarn.MagnitudeOf(first) / yarn.MagnitudeOf(second), ScoreMagnitude = second };
    }

    private static float[] Factors(JsonValue list) => list.Count <= 1 << 16 ? [.. list.Items().Select(item => (float)item.AsDouble(1e-6, 1e9))]
        : throw list.Error("the array is too long", "at most 65536 items");

    private static void WriteMembers(Utf8JsonWriter json, RotaryScaling scaling, int contextLength)
    {
        switch (scaling)
        {
            case LinearRotaryScaling linear:
                json.WriteString("rope_type", "linear");
                json.WriteFinite("factor", linear.Factor);
                break;
            case DynamicRotaryScaling dynamic:
                json.WriteString("rope_type", "dynamic");
                json.WriteFinite("factor", dynamic.Factor);
                json.WriteNumber(Original, dynamic.OriginalContextLength);
                break;
            case YarnRotaryScaling yarn:
                json.WriteString("rope_type", "yarn");
                json.WriteFinite("factor", yarn.Factor);
                json.WriteNumber(Original, yarn.OriginalContextLength);
                json.WriteFinite("beta_fast", yarn.BetaFast);
                json.WriteFinite("beta_slow", yarn.BetaSlow);
                if (yarn.ScoreMagnitude is { } m)
                {
                    // the other of the two magnitudes that make the quotient
                    var other = yarn.Factor <= 1 || yarn.Magnitude == 1 ? m : (yarn.Magnitude * yarn.MagnitudeOf(m) - 1) / (0.1 * Math.Log(yarn.Factor));
                    json.WriteFinite("mscale", other);
                    json.WriteFinite("mscale_all_dim", m);
                    break;
                }
                if (!yarn.RoundsRamp)
                    json.WriteBoolean("truncate", false);
                if (yarn.AttentionFactor is { } magnitude)
                    json.WriteFinite("attention_factor", magnitude);
                break;
            case Llama3RotaryScaling llama:
                json.WriteString("rope_type", "llama3");
                json.WriteFinite("factor", llama.Factor);
                json.WriteNumber(Original, llama.OriginalContextLength);
                json.WriteFinite("low_freq_factor", llama.LowFrequencyFactor);
                json.WriteFinite("high_freq_factor", llama.HighFrequencyFactor);
                break;
            case LongRotaryScaling lists:
                // Phi-3's own reader insists on "type" and on no members beside the lists
                json.WriteString("type", "longrope");
                WriteList("short_factor", lists.ShortFactors);
                WriteList("long_factor", lists.LongFactors);
                if (lists.AttentionFactor != LongRotaryScaling.DefaultMagnitude((double)contextLength / lists.OriginalContextLength, lists.OriginalContextLength))
                    json.WriteFinite("attention_factor", lists.AttentionFactor);
                break;
            default:
                throw new NotSupportedException(scaling.GetType().Name);
        }

        void WriteList(string name, IReadOnlyList<float> factors)
        {
            json.WriteStartArray(name);
            foreach (var factor in factors)
                json.WriteNumberValue(factor);
            json.WriteEndArray();
        }
    }
}
