using System.Text;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Files;
using Inkstone.Foundation.Formats;
using Inkstone.Tokenizers;
using Inkstone.Training;

namespace Inkstone.Recipes;

/// <summary>
/// A recipe's side of a <see cref="RunFolder"/>: the record of how to repeat the run, the tokenizer, checkpoints, and at the end the report with its pictures.
/// </summary>
public sealed class RunDirectory : IDisposable
{
    private const string TokenizerName = CheckpointStore.TokenizerName;
    private const string CurveName = "loss.svg";
    private const string BarsName = "baselines.svg";
    private const int KeptCheckpoints = 2;

    private readonly DurableFiles _files = DurableFiles.Instance;
    private readonly RunFolder _folder;

    private RunDirectory(RunFolder folder) => _folder = folder;

    /// <summary>The folder.</summary>
    public string Path => _folder.Root;

    /// <summary>Takes a folder for a run before any work is done; its record follows when the run is planned.</summary>
    /// <exception cref="InkstoneRequestException">The folder holds something.</exception>
    public static RunDirectory Create(string path, string recipe) => new(RunFolder.Create(path, json =>
    {
        json.WriteStartObject();
        json.WriteString("recipe", recipe);
        json.WriteEndObject();
    }));

    /// <summary>Opens a run's folder.</summary>
    /// <exception cref="InkstoneNotFoundException">There is no run.</exception>
    public static RunDirectory Open(string path) => new(RunFolder.Open(path));

    /// <summary>Writes the record.</summary>
    public void WriteRecord(RunRecord record) => _files.WriteAtomically(In(RunFolder.RunName), record.ToJson());

    /// <summary>Keeps the tokenizer, so that a run that is resumed need not train it again.</summary>
    public void WriteTokenizer(Tokenizer tokenizer) => _files.WriteAtomically(In(TokenizerName), tokenizer.ToJson());

    /// <summary>The run's tokenizer.</summary>
    public Tokenizer LoadTokenizer() => Tokenizer.Load(In(TokenizerName));

    /// <summary>Adds a step's line to the metrics.</summary>
    public void WriteMetrics(TrainingStep step) => _folder.WriteMetrics(step);

    /// <summary>Writes what the model wrote.</summary>
    public void WriteSamples(long step, IReadOnlyList<GeneratedSample> samples) =>
        _folder.WriteSample(step, string.Join("\n\n────\n\n", samples.Select(sample => sample.Prompt + sample.Text)) + "\n");

    /// <summary>Saves a checkpoint; the metrics are made durable first.</summary>
    public void SaveCheckpoint(Trainer trainer, Tokenizer tokenizer)
    {
        _folder.FlushMetrics();
        Store(tokenizer.ToJson()).Save(trainer);
    }

    /// <summary>Sets a trainer to the newest checkpoint; a run that has none begins anew.</summary>
    public void LoadCheckpoint(Trainer trainer, IRecipeObserver observer)
    {
        var restored = Store(null).Restore(trainer);
        _folder.CutMetrics(trainer.Step);
        foreach (var checkpoint in restored?.PassedOver ?? [])
            observer.Note($"passed over {checkpoint.Name}: {checkpoint.Fault}");
        observer.Note(restored is null ? "there is no checkpoint yet: training begins anew" : $"going on from step {restored.Step}");
    }

    /// <summary>Writes the report and its pictures.</summary>
    public void WriteReport(RunOutcome outcome, string title)
    {
        _files.WriteAtomically(In(CurveName), Encoding.UTF8.GetBytes(RunReport.Curve(outcome, ReadLosses())));
        _files.WriteAtomically(In(BarsName), Encoding.UTF8.GetBytes(RunReport.Bars(outcome)));
        _files.WriteAtomically(_folder.ReportPath, Encoding.UTF8.GetBytes(RunReport.Markdown(outcome, title, CurveName, BarsName)));
    }

    /// <summary>The folder of a run's newest checkpoint, its files checked.</summary>
    /// <exception cref="InkstoneNotFoundException">There is none.</exception>
    public static string NewestCheckpoint(string run)
    {
        var store = new CheckpointStore(System.IO.Path.Combine(run, RunFolder.CheckpointsName));
        return store.FindNewest() is { } newest
            ? System.IO.Path.Combine(store.Folder, newest.Name)
            : throw new InkstoneNotFoundException("there is no checkpoint", store.Folder, "a run that has saved one, or a model folder");
    }

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();

    private CheckpointStore Store(byte[]? tokenizer) => new(_folder.CheckpointFolder, tokenizer, KeptCheckpoints);

    /// <summary>Each step's tokens so far and bits per byte, those before a resumption included.</summary>
    private List<(double Tokens, double BitsPerByte)> ReadLosses()
    {
        _folder.Dispose();
        var losses = new List<(double, double)>();
        var tokens = 0.0;
        foreach (var line in File.ReadLines(In(RunFolder.MetricsName)))
        {
            var json = BoundedJson.Parse(Encoding.UTF8.GetBytes(line), RunFolder.MetricsName).AsObject();
            tokens += json.GetDouble("tokens", 0, double.MaxValue);
            losses.Add((tokens, json.GetDouble("bits_per_byte", 0, double.MaxValue, double.NaN)));
        }
        return losses;
    }

    private string In(string name) => System.IO.Path.Combine(Path, name);
}
