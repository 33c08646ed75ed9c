using System.Text;
using System.Text.Json;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Files;
using Inkstone.Foundation.Formats;

namespace Inkstone.Training;

/// <summary>
/// All that a run leaves on the disk: <c>run.json</c> (every option), <c>metrics.jsonl</c> (a line a step), <c>samples/</c>, <c>checkpoints/</c> and, in the end,
/// <c>report.md</c>. Nothing else holds a run's truth.
/// </summary>
public sealed class RunFolder : IDisposable
{
    /// <summary>The file of all options.</summary>
    public const string RunName = "run.json";

    /// <summary>The file with a line a step.</summary>
    public const string MetricsName = "metrics.jsonl";

    /// <summary>The folder of checkpoints.</summary>
    public const string CheckpointsName = "checkpoints";

    /// <summary>The folder of samples.</summary>
    public const string SamplesName = "samples";

    /// <summary>The report, written when the run has ended.</summary>
    public const string ReportName = "report.md";

    private readonly IDurableFiles _files;
    private DurableStream? _metrics;

    private RunFolder(string path, IDurableFiles files) => (Root, _files) = (path, files);

    /// <summary>The run's folder.</summary>
    public string Root { get; }

    /// <summary>Where the run's checkpoints are.</summary>
    public string CheckpointFolder => Path.Combine(Root, CheckpointsName);

    /// <summary>Where the report goes.</summary>
    public string ReportPath => Path.Combine(Root, ReportName);

    /// <summary>Begins a run: the folder must be new or empty.</summary>
    /// <param name="path">The run's folder.</param>
    /// <param name="options">Writes <c>run.json</c>, one JSON value.</param>
    /// <param name="files">Where to write; null for the disk.</param>
    /// <exception cref="InkstoneRequestException">The folder holds something, or is a file.</exception>
    /// <exception cref="InkstoneResourceException">It cannot be written.</exception>
    public static RunFolder Create(string path, Action<Utf8JsonWriter> options, IDurableFiles? files = null)
    {
        files ??= DurableFiles.Instance;
        if (files.FileExists(path))
            throw new InkstoneRequestException("the run folder's path is a file's", path, "a folder, or nothing", "a file", "Choose another output folder.");
        if (files.FolderExists(path) && (files.FileNames(path).Count > 0 || files.FolderNames(path).Count > 0))
            throw files.FileExists(Path.Combine(path, RunName))
                ? new InkstoneRequestException("the folder already holds a run", path, "a new or empty folder", RunName, "Resume that run, or choose another output folder.")
                : new InkstoneRequestException("the folder holds something else", path, "a new or empty folder",
                    files.FileNames(path).Concat(files.FolderNames(path)).First(), "Choose another output folder.");
        files.CreateFolder(path);
        var run = new RunFolder(path, files);
        files.WriteAtomically(Path.Combine(path, RunName), StableJson.ToBytes(options));
        return run;
    }

    /// <summary>Opens a run that was begun.</summary>
    /// <exception cref="InkstoneNotFoundException">There is no run.</exception>
    public static RunFolder Open(string path, IDurableFiles? files = null)
    {
        files ??= DurableFiles.Instance;
        return files.FileExists(Path.Combine(path, RunName))
            ? new RunFolder(path, files)
            : throw new InkstoneNotFoundException("there is no run here", path, $"a folder with {RunName}", files.FolderExists(path) ? "none in it" : "no such folder");
    }

    /// <summary>The options the run was begun with.</summary>
    /// <exception cref="InkstoneFormatException">The file is not JSON.</exception>
    public JsonValue ReadOptions()
    {
        var path = Path.Combine(Root, RunName);
        using var stream = _files.OpenRead(path);
        return BoundedJson.Read(stream, path);
    }

    /// <summary>
    /// Cuts the metrics back to a step, for a run that goes on from a checkpoint: lines of later steps, and whatever a crash left half written, go.
    /// </summary>
    public void CutMetrics(long lastStep)
    {
        CloseMetrics();
        var path = Path.Combine(Root, MetricsName);
        if (!_files.FileExists(path))
            return;
        var kept = new MemoryStream();
        foreach (var line in ReadLines(path))
        {
            if (StepOf(line, path) is not { } step || step > lastStep)
                break;
            kept.Write(line);
            kept.WriteByte((byte)'\n');
        }
        if (kept.Length < LengthOf(path))
            _files.WriteAtomically(path, kept.ToArray());
    }

    /// <summary>Adds a step's line to the metrics; it reaches the system at once and the disk with <see cref="FlushMetrics"/>.</summary>
    public void WriteMetrics(TrainingStep step)
    {
        _metrics ??= _files.Append(Path.Combine(Root, MetricsName));
        _metrics.Write(StableJson.ToLine(json => MetricsLine.Write(json, step)));
        _metrics.Flush();
    }

    /// <summary>Makes the metrics durable; done before a checkpoint, whose steps they then tell.</summary>
    public void FlushMetrics()
    {
        if (_metrics is null)
            return;
        _metrics.FlushToDisk();
        _files.FlushFolder(Root);
    }

    /// <summary>Keeps a text the model wrote at a step.</summary>
    public void WriteSample(long step, string text)
    {
        var folder = Path.Combine(Root, SamplesName);
        _files.CreateFolder(folder);
        _files.WriteAtomically(Path.Combine(folder, CheckpointCommit.FolderName(step) + ".txt"), Encoding.UTF8.GetBytes(text));
    }

    /// <summary>Closes the metrics.</summary>
    public void Dispose() => CloseMetrics();

    private void CloseMetrics()
    {
        _metrics?.Dispose();
        _metrics = null;
    }

    private long LengthOf(string path)
    {
        using var stream = _files.OpenRead(path);
        return stream.Length;
    }

    private List<byte[]> ReadLines(string path)
    {
        using var stream = _files.OpenRead(path);
        using var content = new MemoryStream();
        stream.CopyTo(content);
        var lines = new List<byte[]>();
        var rest = content.GetBuffer().AsSpan(0, (int)content.Length);
        for (int end; (end = rest.IndexOf((byte)'\n')) >= 0; rest = rest[(end + 1)..])
            lines.Add(rest[..end].ToArray()); // what follows the last line feed was not written to its end
        return lines;
    }

    private static long? StepOf(byte[] line, string path)
    {
        try
        {
            return BoundedJson.Parse(line, path).AsObject().GetInt64("step", 0, long.MaxValue);
        }
        catch (InkstoneFormatException)
        {
            return null; // a line that a crash tore; nothing after it can be relied on
        }
    }
}
