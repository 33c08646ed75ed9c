using System.Text.Json;
using System.Text.Json.Serialization;
using Inkstone.Foundation.Errors;

namespace Inkstone.Recipes;

/// <summary>
/// <c>run.json</c>: everything needed to repeat a run bit for bit or to go on with it, and what its report says of the text.
/// </summary>
public sealed record RunRecord
{
    private const int CurrentVersion = 1;
    private const long LargestFile = 16 << 20;

    private static readonly JsonSerializerOptions Strict = new()
    {
        WriteIndented = true,
        MaxDepth = 32,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        IgnoreReadOnlyProperties = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
        RespectNullableAnnotations = true,
        Converters = { new JsonStringEnumConverter() },
    };

    /// <summary>The form of this file.</summary>
    public int Version { get; init; } = CurrentVersion;

    /// <summary>The recipe that made the run.</summary>
    public required string Recipe { get; init; }

    /// <summary>Where the text is; null means the .NET SDK's documentation.</summary>
    public string? Text { get; init; }

    /// <summary>The vocabulary that was asked for; the text may have supported a smaller one.</summary>
    public required int RequestedVocabulary { get; init; }

    /// <summary>The plan.</summary>
    public required TrainingPlan Plan { get; init; }

    /// <summary>The text and the baselines.</summary>
    public required RunFacts Facts { get; init; }

    /// <summary>Seconds spent when training began, in the recipe's first start.</summary>
    public double Seconds { get; init; }

    /// <summary>Seconds spent before the run was last resumed.</summary>
    public double SecondsBefore { get; init; }

    /// <summary>The step at which the budget asked for the decay; null when it began as planned.</summary>
    public long? DecayStart { get; init; }

    /// <summary>The scores of the held-out sample so far.</summary>
    public IReadOnlyList<ValidationPoint> Validations { get; init; } = [];

    /// <summary>The file's content.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, Strict);

    /// <summary>Reads a record.</summary>
    /// <exception cref="InkstoneNotFoundException">There is no such file.</exception>
    /// <exception cref="InkstoneFormatException">It is no record of a run.</exception>
    public static RunRecord Read(string path)
    {
        if (Directory.Exists(path))
            path = Path.Combine(path, Training.RunFolder.RunName);
        if (!File.Exists(path))
            throw new InkstoneNotFoundException("there is no record of a run", path, $"a {Training.RunFolder.RunName} that a run wrote");
        if (new FileInfo(path).Length > LargestFile)
            throw new InkstoneFormatException("the record is too large", path, $"at most {LargestFile} bytes", $"{new FileInfo(path).Length}");
        try
        {
            var record = JsonSerializer.Deserialize<RunRecord>(File.ReadAllBytes(path), Strict)
                ?? throw new InkstoneFormatException("the record is empty", path);
            if (record.Version != CurrentVersion)
                throw new InkstoneFormatException("the record is of another version", path, $"{CurrentVersion}", $"{record.Version}");
            if (record.Plan.Stages.Count == 0 || record.Plan.PlannedSteps < 1)
                throw new InkstoneFormatException("the record's plan is empty", path, "stages, and steps to make");
            record.Plan.Model.Validate();
            record.Plan.Training.Validate();
            return record;
        }
        catch (JsonException error)
        {
            throw new InkstoneFormatException("the record cannot be read", path, found: error.Message.TrimEnd('.'),
                fix: "A run that ended before it was planned has nothing to go on from: delete its folder and begin again.", cause: error);
        }
        catch (InkstoneRequestException error)
        {
            throw new InkstoneFormatException(error.What, $"{path}: {error.Where}", error.Expected, error.Found, error.Fix, error);
        }
    }

    /// <summary>A recorded run's plan, to be repeated: the decay begins where it began.</summary>
    /// <exception cref="InkstoneFormatException">The text is another than the record's.</exception>
    public static TrainingPlan Repeat(RunRecord record, string textDigest)
    {
        record.RequireText(textDigest);
        return record.Plan with { Training = record.Plan.Training with { DecayStart = (int?)record.DecayStart ?? record.Plan.Training.DecayStart }, BudgetSeconds = null };
    }

    /// <summary>Throws when a text is not the one the run was made of.</summary>
    public void RequireText(string digest)
    {
        if (digest != Facts.TextDigest)
            throw new InkstoneFormatException("the text has changed since the run was made", Text ?? "the .NET SDK's documentation", Excerpt.Of(Facts.TextDigest, 16), Excerpt.Of(digest, 16),
                "Restore the text, or start a new run.");
    }
}
