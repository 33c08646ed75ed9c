using System.Globalization;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Formats;
using Inkstone.Foundation.Randomness;

namespace Inkstone.Training;

/// <summary>
/// All of a trainer that is neither weights nor moments: <c>state.json</c>. Random streams are counter-based, so their keys and the data cursor are their whole
/// state; the text's digest and the batch's size are there because the cursor means nothing without them.
/// </summary>
internal sealed record TrainerState
{
    public const string FileName = "state.json";

    private const int Version = 1;
    private static readonly JsonLimits Limits = new() { MaximumBytes = 1 << 20, MaximumDepth = 4, MaximumValues = 10_000 };

    public required long Step { get; init; }

    public required long Batches { get; init; }

    public required long Tokens { get; init; }

    public required long Updates { get; init; }

    public required Decay Decay { get; init; }

    public required int Failures { get; init; }

    public required long FailedStep { get; init; }

    public required int BatchRows { get; init; }

    public required int Accumulation { get; init; }

    public required Rng Seed { get; init; }

    public required bool Shuffle { get; init; }

    public required string Data { get; init; }

    public byte[] ToBytes() => StableJson.ToBytes(json =>
    {
        json.WriteStartObject();
        json.WriteNumber("version", Version);
        json.WriteNumber("step", Step);
        json.WriteNumber("batches", Batches);
        json.WriteNumber("tokens", Tokens);
        json.WriteNumber("updates", Updates);
        json.WriteNumber("decay_start", Decay.Start);
        json.WriteNumber("decay_length", Decay.Length);
        json.WriteNumber("failures", Failures);
        json.WriteNumber("failed_step", FailedStep);
        json.WriteNumber("batch_rows", BatchRows);
        json.WriteNumber("accumulation", Accumulation);
        json.WriteString("random", Seed.Key.ToString("x16", CultureInfo.InvariantCulture));
        json.WriteBoolean("shuffle", Shuffle);
        json.WriteString("data", Data);
        json.WriteEndObject();
    });

    /// <exception cref="InkstoneFormatException">The bytes are not what <see cref="ToBytes"/> writes.</exception>
    public static TrainerState Parse(byte[] bytes, string source)
    {
        var json = BoundedJson.Parse(bytes, source, Limits).AsObject();
        json.GetInt32("version", Version, Version);
        if (!ulong.TryParse(json.GetString("random"), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var key))
            throw json.Get("random").Error("not the key of a random stream", "16 hexadecimal digits");
        var state = new TrainerState
        {
            Step = json.GetInt64("step", 0, long.MaxValue),
            Batches = json.GetInt64("batches", 0, long.MaxValue),
            Tokens = json.GetInt64("tokens", 0, long.MaxValue),
            Updates = json.GetInt64("updates", 0, long.MaxValue),
            Decay = new Decay(json.GetInt64("decay_start", 0, int.MaxValue), json.GetInt64("decay_length", 0, int.MaxValue)),
            Failures = json.GetInt32("failures", 0, int.MaxValue),
            FailedStep = json.GetInt64("failed_step", -1, long.MaxValue),
            BatchRows = json.GetInt32("batch_rows", 1, int.MaxValue),
            Accumulation = json.GetInt32("accumulation", 1, int.MaxValue),
            Seed = new Rng(key),
            Shuffle = json.GetBoolean("shuffle"),
            Data = json.GetString("data"),
        };
        json.RefuseUnused();
        return state;
    }

    /// <summary>Throws unless a run of this state can go on as <paramref name="trainer"/>, a state of the trainer that is to go on.</summary>
    /// <exception cref="InkstoneRequestException">A value on which the data order depends differs.</exception>
    public void RequireSameRun(TrainerState trainer, string source)
    {
        Require("the seed", Seed, trainer.Seed);
        Require("rows a batch", BatchRows, trainer.BatchRows);
        Require("batches a step", Accumulation, trainer.Accumulation);
        Require("shuffling", Shuffle, trainer.Shuffle);
        Require("the training text (its digest)", Data, trainer.Data);

        void Require<T>(string what, T saved, T given)
        {
            if (!EqualityComparer<T>.Default.Equals(saved, given))
                throw new InkstoneRequestException($"the run cannot go on: {what} differs from the saved run's", source, $"{saved}", $"{given}",
                    "Resume with the options and the text the run was begun with.");
        }
    }
}
