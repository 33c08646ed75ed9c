using System.Text.Json;
using System.Text.Json.Serialization;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Files;
using Inkstone.Models;
using Inkstone.Training;

namespace Inkstone.Recipes;

/// <summary>A pretraining run described in full, as a file or as options: no budget decides anything.</summary>
public sealed record PretrainOptions
{
    private const long LargestFile = 1 << 20;

    private static readonly JsonSerializerOptions Strict = new()
    {
        MaxDepth = 16,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
        RespectNullableAnnotations = true,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        Converters = { new JsonStringEnumConverter() },
    };

    /// <summary>A file or folder of text; null means the API documentation of the running .NET SDK.</summary>
    public string? Text { get; init; }

    /// <summary>Tokens of the tokenizer that is trained.</summary>
    public int VocabularySize { get; init; } = 4_096;

    /// <summary>The network; its vocabulary is set to the tokenizer's.</summary>
    public LlamaConfig Model { get; init; } = ModelSize.Named("tiny").Config(4_096, 256);

    /// <summary>How it is trained.</summary>
    public TrainingOptions Training { get; init; } = Planner.Options(1_000, 42);

    /// <summary>The seed of text split, first values and data order.</summary>
    public long Seed { get; init; } = 42;

    /// <summary>The run's folder.</summary>
    public string Output { get; init; } = Path.Combine("runs", "pretrain");

    /// <summary>Reads a configuration file; every key is one of these options' names in camel case.</summary>
    /// <exception cref="InkstoneFormatException">The file is no configuration, or has a key that is not known.</exception>
    public static PretrainOptions Read(string path)
    {
        using var stream = DurableFiles.Instance.OpenRead(path);
        if (stream.Length > LargestFile)
            throw new InkstoneFormatException("the configuration is too large", path, $"at most {LargestFile} bytes", $"{stream.Length}");
        try
        {
            var options = JsonSerializer.Deserialize<PretrainOptions>(stream, Strict)
                ?? throw new InkstoneFormatException("the configuration cannot be read", path, "an object", "null");
            options.Validate();
            return options;
        }
        catch (JsonException error)
        {
            throw new InkstoneFormatException("the configuration cannot be read", path, found: error.Message.TrimEnd('.'),
                fix: "The keys are named by: inkstone pretrain --help", cause: error);
        }
        catch (InkstoneRequestException error)
        {
            throw new InkstoneFormatException(error.What, $"{path}: {error.Where}", error.Expected, error.Found, error.Fix, error);
        }
    }

    /// <summary>Throws when a value is out of its range, naming it.</summary>
    public void Validate()
    {
        if (VocabularySize is < 300 or > 1 << 20)
            throw new InkstoneRequestException("the value is out of range", nameof(VocabularySize), "300 to 1,048,576", $"{VocabularySize}");
        Model.Validate();
        Training.Validate();
    }
}
