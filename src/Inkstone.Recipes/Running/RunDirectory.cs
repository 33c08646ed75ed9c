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
    private const string FailureName = "failure.txt";
    private const int KeptCheckpoints = 2;

    private readonly DurableFiles _files = DurableFiles.Instance;
    private readonly RunFolder _folder;
    private readonly bool _isFolderNew;
    private bool _isPlanned;

    private RunDirectory(RunFolder folder, bool isFolderNew, bool isPlanned) => (_folder, _isFolderNew, _isPlanned) = (folder, isFolderNew, isPlanned);

    /// <summary>The folder.</summary>
    public string Path => _folder.Root;

    /// <summary>Whether the run has ended and written its report.</summary>
    public bool HasReport => _files.FileExists(_folder.ReportPath);

    /// <summary>
    /// Takes a folder for a run before any work is done; its record follows when the run is planned. A run that ends before that leaves nothing behind.
    /// </summary>
    /// <exception cref="InkstoneRequestException">The folder holds something.</exception>
    public static RunDirectory Create(string path, string recipe)
    {
        var isNew = !Directory.Exists(path);
        var folder = RunFolder.Create(path, json =>
        {
            json.WriteStartObject();
            json.WriteString("recipe", recipe);
            json.WriteEndObject();
        });
        return new RunDirectory(folder, isNew, isPlanned: false);
    }

    /// <summary>Opens a run's folder.</summary>
    /// <exception cref="InkstoneNotFoundException">There is no run.</exception>
    public static RunDirectory Open(string path) => new(RunFolder.Open(path), isFolderNew: false, isPlanned: true);

    /// <summary>Writes the record.</summary>
    public void WriteRecord(RunRecord record)
    {
        _files.WriteAtomically(In(RunFolder.RunName), record.ToJson());
        _isPlanned = true;
    }

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

    /// <summary>
    /// The checkpoint to go on from: the named one, or the newest that is whole; null where none was saved yet. What is passed over is told to the observer.
    /// </summary>
    /// <exception cref="InkstoneNotFoundException">There is no checkpoint of that name.</exception>
    /// <exception cref="InkstoneFormatException">A file of the checkpoint, or the run's tokenizer, is not the one that was saved; or no checkpoint is whole.</exception>
    public string? ChooseCheckpoint(string? name, IRecipeObserver observer)
    {
        var store = Store(null);
        var chosen = name is null ? Newest(store, observer) : store.Find(name);
        if (chosen?.Commit?.Files.GetValueOrDefault(TokenizerName) is { } saved)
        {
            using var stream = _files.OpenRead(In(TokenizerName));
            if (FileDigest.Of(stream) is var found && found != saved)
                throw new InkstoneFormatException("the file is not the one the run was made with", In(TokenizerName), saved.Sha256, found.Sha256,
                    $"Copy the one in {System.IO.Path.Combine(store.Folder, chosen.Name)} over it.");
        }
        return chosen?.Name;
    }

    /// <summary>Sets a trainer to a checkpoint, newer ones being set aside; without a name the run begins anew.</summary>
    public void LoadCheckpoint(Trainer trainer, string? name, IRecipeObserver observer)
    {
        if (name is not null)
            Store(null).Restore(trainer, name);
        _folder.CutMetrics(trainer.Step);
        observer.Note(name is null ? "there is no checkpoint yet: training begins anew" : $"going on from step {trainer.Step}");
    }

    /// <summary>Keeps what an error says beside its message: the norms of every parameter.</summary>
    public void WriteFailure(InkstoneException error) =>
        _files.WriteAtomically(In(FailureName), Encoding.UTF8.GetBytes(string.Join('\n', error.Data.Values.Cast<object>().Prepend(error.Message)) + "\n"));

    /// <summary>Writes the report and its pictures.</summary>
    public void WriteReport(RunOutcome outcome, string title)
    {
        _files.WriteAtomically(In(CurveName), Encoding.UTF8.GetBytes(RunReport.Curve(outcome, ReadLosses())));
        _files.WriteAtomically(In(BarsName), Encoding.UTF8.GetBytes(RunReport.Bars(outcome)));
        _files.WriteAtomically(_folder.ReportPath, Encoding.UTF8.GetBytes(RunReport.Markdown(outcome, title, CurveName, BarsName)));
    }

    /// <summary>The folder of a run's newest checkpoint, its files checked.</summary>
    /// <param name="run">The run's folder.</param>
    /// <param name="observer">Who is told of newer ones that are passed over.</param>
    /// <exception cref="InkstoneNotFoundException">There is none.</exception>
    /// <exception cref="InkstoneFormatException">A file of it is not the one that was saved, or none is whole.</exception>
    public static string NewestCheckpoint(string run, IRecipeObserver? observer = null)
    {
        var store = new CheckpointStore(System.IO.Path.Combine(run, RunFolder.CheckpointsName));
        return Newest(store, observer ?? SilentObserver.Instance) is { } newest
            ? System.IO.Path.Combine(store.Folder, newest.Name)
            : throw new InkstoneNotFoundException("there is no checkpoint", store.Folder, "a run that has saved one, or a model folder");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _folder.Dispose();
        if (_isPlanned)
            return;
        try
        {
            _files.DeleteFile(In(TokenizerName));
            _files.DeleteFile(In(RunFolder.RunName));
            if (_isFolderNew && _files.FileNames(Path).Count == 0 && _files.FolderNames(Path).Count == 0)
                _files.DeleteFolder(Path);
        }
        catch (InkstoneException)
        {
            // the error that ended the run is the one to report
        }
    }

    private static CheckpointInfo? Newest(CheckpointStore store, IRecipeObserver observer)
    {
        var newest = store.FindNewest();
        var passedOver = store.List().Where(checkpoint => checkpoint.Commit is null && checkpoint.Step > (newest?.Step ?? -1)).ToList();
        if (newest is null && passedOver.Count > 0)
            throw new InkstoneFormatException("no checkpoint of the run is whole", System.IO.Path.Combine(store.Folder, passedOver[0].Name), "a checkpoint as it was saved",
                passedOver[0].Fault, "Restore the folder from a copy, or move it away to begin the run anew.");
        foreach (var checkpoint in passedOver)
            observer.Note($"passed over {checkpoint.Name}: {checkpoint.Fault}");
        return newest;
    }

    private CheckpointStore Store(byte[]? tokenizer) => new(_folder.CheckpointFolder, tokenizer, KeptCheckpoints);

    /// <summary>Each step's floating-point operations a second, in 10⁹.</summary>
    public IReadOnlyList<double> ReadRates() =>
        [.. ReadMetrics().Select(step => (Flops: step.GetDouble("flops", 0, double.MaxValue, 0), Seconds: step.GetDouble("seconds", 0, double.MaxValue, 0)))
            .Where(step => step.Seconds > 0).Select(step => step.Flops / step.Seconds / 1e9)];

    /// <summary>Each step's tokens so far and bits per byte, those before a resumption included.</summary>
    private List<(double Tokens, double BitsPerByte)> ReadLosses()
    {
        var losses = new List<(double, double)>();
        var tokens = 0.0;
        foreach (var step in ReadMetrics())
        {
            tokens += step.GetDouble("tokens", 0, double.MaxValue);
            losses.Add((tokens, step.GetDouble("bits_per_byte", 0, double.MaxValue, double.NaN)));
        }
        return losses;
    }

    private IEnumerable<JsonObjectReader> ReadMetrics()
    {
        _folder.Dispose();
        var path = In(RunFolder.MetricsName);
        return File.Exists(path) ? File.ReadLines(path).Select(line => BoundedJson.Parse(Encoding.UTF8.GetBytes(line), path).AsObject()) : [];
    }

    private string In(string name) => System.IO.Path.Combine(Path, name);
}
