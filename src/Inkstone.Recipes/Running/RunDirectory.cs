using System.Globalization;
using System.Text;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Files;
using Inkstone.Foundation.Formats;
using Inkstone.Models;
using Inkstone.Tokenizers;
using Inkstone.Training;

namespace Inkstone.Recipes;

/// <summary>
/// A run's folder: <c>run.json</c>, <c>metrics.jsonl</c>, <c>samples/</c>, <c>checkpoints/</c>, <c>report.md</c> with its pictures. Nothing else stores a run's truth.
/// </summary>
public sealed class RunDirectory : IDisposable
{
    /// <summary>The record's file name.</summary>
    public const string RecordName = "run.json";

    private const string MetricsName = "metrics.jsonl";
    private const string CurveName = "loss.svg";
    private const string BarsName = "baselines.svg";
    private readonly DurableFiles _files = DurableFiles.Instance;
    private readonly List<(double Tokens, double BitsPerByte)> _losses = [];
    private DurableStream? _metrics;

    private RunDirectory(string path) => Path = path;

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>Makes a run's folder.</summary>
    /// <exception cref="InkstoneRequestException">It exists and is not empty.</exception>
    public static RunDirectory Create(string path)
    {
        if (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any())
            throw new InkstoneRequestException("the run's folder exists and is not empty", path, "a folder that is empty or not there", null,
                File.Exists(System.IO.Path.Combine(path, RecordName)) ? $"Go on with that run by: inkstone resume {path}, or choose another --output." : "Choose another --output.");
        var run = new RunDirectory(path);
        run._files.CreateFolder(path);
        run._files.CreateFolder(run.In("samples"));
        run._files.CreateFolder(run.In("checkpoints"));
        return run;
    }

    /// <summary>Opens a run's folder.</summary>
    public static RunDirectory Open(string path) => Directory.Exists(path) ? new RunDirectory(path) : throw new InkstoneNotFoundException("there is no such run", path);

    /// <summary>Writes the record.</summary>
    public void WriteRecord(RunRecord record) => _files.WriteAtomically(In(RecordName), record.ToJson());

    /// <summary>Adds a step's line to the metrics.</summary>
    public void AppendMetrics(TrainingStep step, double elapsed)
    {
        _losses.Add(((_losses.Count == 0 ? 0 : _losses[^1].Tokens) + step.Tokens, step.BitsPerByte ?? double.NaN));
        _metrics ??= _files.Append(In(MetricsName));
        _metrics.Write(StableJson.ToLine(json =>
        {
            json.WriteStartObject();
            json.WriteNumber("step", step.Number);
            json.WriteFinite("loss", step.Loss);
            if (step.BitsPerByte is { } bits)
                json.WriteFinite("bitsPerByte", bits);
            json.WriteFinite("learningRate", step.LearningRate);
            json.WriteFinite("gradientNorm", step.GradientNorm);
            json.WriteNumber("tokens", step.Tokens);
            json.WriteFinite("seconds", step.Seconds);
            json.WriteFinite("tokensPerSecond", step.TokensPerSecond);
            json.WriteFinite("gflops", step.Flops / step.Seconds / 1e9);
            json.WriteFinite("elapsed", elapsed);
            json.WriteEndObject();
        }));
        _metrics.Flush();
    }

    /// <summary>Writes what the model wrote.</summary>
    public void WriteSamples(long step, IReadOnlyList<GeneratedSample> samples)
    {
        var text = string.Join("\n\n────\n\n", samples.Select(sample => sample.Prompt + sample.Text));
        _files.WriteAtomically(In("samples", $"step-{step.ToString("D8", CultureInfo.InvariantCulture)}.txt"), Encoding.UTF8.GetBytes(text + "\n"));
    }

    /// <summary>Writes the report and its pictures.</summary>
    public void WriteReport(RunOutcome outcome)
    {
        _files.WriteAtomically(In(CurveName), Encoding.UTF8.GetBytes(RunReport.Curve(outcome, _losses)));
        _files.WriteAtomically(In(BarsName), Encoding.UTF8.GetBytes(RunReport.Bars(outcome)));
        _files.WriteAtomically(In("report.md"), Encoding.UTF8.GetBytes(RunReport.Markdown(outcome, "Quickstart", CurveName, BarsName)));
    }

    /// <summary>Saves a checkpoint.</summary>
    public void SaveCheckpoint(Trainer trainer, Tokenizer tokenizer)
    {
        var folder = In("checkpoints", $"step-{trainer.Step.ToString("D8", CultureInfo.InvariantCulture)}");
        ModelFolder.Save(trainer.Model, folder);
        _files.WriteAtomically(System.IO.Path.Combine(folder, "tokenizer.json"), tokenizer.ToJson());
    }

    /// <summary>Sets a trainer to the newest checkpoint.</summary>
    public void LoadCheckpoint(Trainer trainer) => throw new InkstoneNotFoundException("resuming is not there yet", Path);

    /// <summary>The run's tokenizer.</summary>
    public Tokenizer LoadTokenizer() => Tokenizer.Load(System.IO.Path.Combine(NewestCheckpoint(Path), "tokenizer.json"));

    /// <summary>The folder of a run's newest checkpoint.</summary>
    public static string NewestCheckpoint(string run)
    {
        var folder = System.IO.Path.Combine(run, "checkpoints");
        var newest = Directory.Exists(folder) ? Directory.EnumerateDirectories(folder, "step-*").Order(StringComparer.Ordinal).LastOrDefault() : null;
        return newest ?? throw new InkstoneNotFoundException("there is no checkpoint", folder);
    }

    /// <inheritdoc/>
    public void Dispose() => _metrics?.Dispose();

    private string In(params string[] parts) => System.IO.Path.Combine([Path, .. parts]);
}
