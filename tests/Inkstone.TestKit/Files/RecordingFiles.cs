using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Files;
using Inkstone.Foundation.Randomness;

namespace Inkstone.TestKit;

/// <summary>
/// A disk in memory that records every operation, can fail any one of them, and can show every state in which a crash may
/// leave it. Use it in three steps:
/// <list type="number">
/// <item>run the code under test on it: <c>var disk = new RecordingFiles(); Save(disk);</c></item>
/// <item>for each <c>state</c> of <see cref="CrashStates"/>, load what it holds — from <see cref="CrashState.Restart"/> through
/// <see cref="IDurableFiles"/>, or from the real folder filled by <see cref="CrashState.WriteTo"/> — and assert that it is the old
/// content or the new, never a mix; after the last operation only the new will do (see <see cref="StatesNow"/>);</item>
/// <item>for each k below <see cref="Attempts"/> of the recorded run, call <see cref="FailAt"/> on a fresh disk, run again, and assert a
/// clear error, and that <see cref="StatesNow"/> still loads.</item>
/// </list>
/// Paths are parted by '/' (or '\'), taken from the disk's root whether they begin with a '/' or not. Not for several threads.
/// </summary>
public sealed class RecordingFiles : IDurableFiles
{
    private readonly DiskModel _model = new();
    private readonly CrashState? _initial;
    private readonly List<DiskOperation> _operations = [];
    private (int At, FaultKind Kind, bool Lasting)? _fault;

    /// <summary>An empty disk, or one that holds a state durably.</summary>
    /// <param name="initial">What the disk holds at first.</param>
    /// <param name="bufferSize">How many bytes a file gathers before they are one recorded write; small, so that there are many.</param>
    public RecordingFiles(CrashState? initial = null, int bufferSize = 4096)
    {
        _initial = initial;
        BufferSize = bufferSize;
        Install(_model, initial);
    }

    private RecordingFiles(DiskModel model)
    {
        _model = model;
        BufferSize = 1 << 16;
    }

    /// <summary>What reached the disk, in order.</summary>
    public IReadOnlyList<DiskOperation> Operations => _operations;

    /// <summary>How many operations were tried, failed ones included: the range of <see cref="FailAt"/>.</summary>
    public int Attempts { get; private set; }

    private int BufferSize { get; }

    /// <summary>Makes an operation fail.</summary>
    /// <param name="attempt">Which, counted from 0 as <see cref="Attempts"/> does.</param>
    /// <param name="kind">How.</param>
    /// <param name="lasting">Whether all later ones of its kind fail too, as on a disk that stays full or broken.</param>
    public void FailAt(int attempt, FaultKind kind, bool lasting = false) => _fault = (attempt, kind, lasting);

    /// <summary>Every state in which a crash at any moment may leave the disk, each distinct one once.</summary>
    /// <param name="rng">For the states drawn at random.</param>
    /// <param name="randomStates">How many random states are drawn after each operation, beside the six fixed ones.</param>
    public IEnumerable<CrashState> CrashStates(Rng rng, int randomStates = 8)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var model = new DiskModel();
        Install(model, _initial);
        for (var count = 0; ; count++)
        {
            var when = count == 0 ? "before the first operation" : $"after operation {count} of {_operations.Count} ({_operations[count - 1]})";
            foreach (var state in CrashPlans.All(model, when, rng.Split(count).Cursor(), randomStates))
            {
                if (seen.Add(state.Fingerprint()))
                    yield return state;
            }
            if (count == _operations.Count)
                yield break;
            model.Apply(_operations[count]);
        }
    }

    /// <summary>The states in which a crash now, after all recorded operations, may leave the disk.</summary>
    public IEnumerable<CrashState> StatesNow(Rng rng, int randomStates = 8) =>
        CrashPlans.All(_model, "after the last operation", rng.Cursor(), randomStates).DistinctBy(state => state.Fingerprint());

    /// <summary>What a running program sees now.</summary>
    public CrashState Seen() => _model.Crash("as seen", _ => int.MaxValue, file => file.Kept());

    /// <inheritdoc/>
    public DurableStream Create(string path) => Open("cannot create the file", path, truncate: true);

    /// <inheritdoc/>
    public DurableStream Append(string path) => Open("cannot open the file for writing", path, truncate: false);

    /// <inheritdoc/>
    public Stream OpenRead(string path)
    {
        var node = Find(path) ?? throw Missing("cannot open the file", path);
        return _model[node] is FileNode file ? new MemoryStream(file.Kept(), writable: false) : throw WrongKind("cannot open the file", path);
    }

    /// <inheritdoc/>
    public void Rename(string path, string newPath)
    {
        var what = $"cannot rename to {newPath}";
        var node = Find(path) ?? throw Missing(what, path);
        var newParent = Parent(what, newPath);
        if (Find(newPath) is { } taken && taken != node && (_model[taken] is FolderNode || _model[node] is FolderNode))
            throw WrongKind(what, path);
        Perform(new(DiskAction.Rename, Clean(path), Clean(newPath), node, Parent(what, path), newParent), what);
    }

    /// <inheritdoc/>
    public void DeleteFile(string path)
    {
        if (Find(path) is { } node && _model[node] is FileNode)
            Remove(Clean(path), node, "cannot delete the file");
    }

    /// <inheritdoc/>
    public void CreateFolder(string path)
    {
        const string What = "cannot create the folder";
        if (FileExists(path))
            throw WrongKind(What, path);
        var parts = Parts(path);
        for (var depth = 1; depth <= parts.Count; depth++)
        {
            var made = string.Join('/', parts.Take(depth));
            if (FileExists(made))
                throw FileErrors.Explain(new DirectoryNotFoundException(), What, path);
            if (!FolderExists(made))
                Perform(new(DiskAction.MakeFolder, made, Parent: Parent(What, made)), What);
        }
    }

    /// <inheritdoc/>
    public void DeleteFolder(string path)
    {
        if (Find(path) is not { } node || _model[node] is not FolderNode folder)
            return;
        foreach (var (name, inner) in folder.Current.ToArray())
        {
            var innerPath = $"{Clean(path)}/{name}";
            if (_model[inner] is FolderNode)
                DeleteFolder(innerPath);
            else
                Remove(innerPath, inner, "cannot delete the folder");
        }
        Remove(Clean(path), node, "cannot delete the folder");
    }

    /// <inheritdoc/>
    public void FlushFolder(string path)
    {
        var what = "cannot flush the folder to disk";
        if (Find(path) is not { } node || _model[node] is not FolderNode)
            throw FileErrors.Explain(new DirectoryNotFoundException(), what, path);
        Perform(new(DiskAction.FlushFolder, Clean(path), Node: node), what);
    }

    /// <inheritdoc/>
    public bool FileExists(string path) => Find(path) is { } node && _model[node] is FileNode;

    /// <inheritdoc/>
    public bool FolderExists(string path) => Find(path) is { } node && _model[node] is FolderNode;

    /// <inheritdoc/>
    public IReadOnlyList<string> FileNames(string folder) => Names(folder, node => node is FileNode);

    /// <inheritdoc/>
    public IReadOnlyList<string> FolderNames(string folder) => Names(folder, node => node is FolderNode);

    private static void Install(DiskModel model, CrashState? state)
    {
        if (state is null)
            return;
        var writer = new RecordingFiles(model);
        foreach (var folder in state.Folders)
            writer.CreateFolder(folder);
        foreach (var (path, content) in state.Files)
            writer.WriteFlushed(path, content);
        foreach (var folder in model.Folders)
            folder.Flush(int.MaxValue);
    }

    private static string Clean(string path) => string.Join('/', Parts(path));

    private static List<string> Parts(string path)
    {
        var parts = new List<string>();
        foreach (var part in path.Split('/', '\\'))
        {
            if (part == ".." && parts.Count > 0)
                parts.RemoveAt(parts.Count - 1);
            else if (part is not ("" or "." or ".."))
                parts.Add(part);
        }
        return parts;
    }

    private static InkstoneException Missing(string what, string path) => FileErrors.Explain(new FileNotFoundException(), what, path);

    private static InkstoneException WrongKind(string what, string path) => FileErrors.Explain(new UnauthorizedAccessException(), what, path);

    private int? Find(string path)
    {
        var node = DiskModel.Root;
        foreach (var part in Parts(path))
        {
            if (_model[node] is not FolderNode folder || !folder.Current.TryGetValue(part, out node))
                return null;
        }
        return node;
    }

    private int Parent(string what, string path)
    {
        var parts = Parts(path);
        var parent = Find(string.Join('/', parts.SkipLast(1)));
        return parent is { } node && _model[node] is FolderNode ? node : throw FileErrors.Explain(new DirectoryNotFoundException(), what, path);
    }

    private string[] Names(string path, Func<DiskNode, bool> wanted) =>
        Find(path) is { } node && _model[node] is FolderNode folder
            ? folder.Current.Where(entry => wanted(_model[entry.Value])).Select(entry => entry.Key).ToArray()
            : throw FileErrors.Explain(new DirectoryNotFoundException(), "cannot list the folder", path);

    private void Remove(string path, int node, string what) => Perform(new(DiskAction.Remove, path, Node: node, Parent: Parent(what, path)), what);

    private ModelStream Open(string what, string path, bool truncate)
    {
        var parent = Parent(what, path);
        if (Find(path) is not { } node)
        {
            Perform(new(DiskAction.MakeFile, Clean(path), Parent: parent), what);
            node = Find(path)!.Value;
        }
        else if (_model[node] is FolderNode)
        {
            throw WrongKind(what, path);
        }
        else if (truncate)
        {
            Perform(new(DiskAction.Truncate, Clean(path), Node: node), what);
        }
        return new ModelStream(this, Clean(path), node);
    }

    private void Perform(DiskOperation operation, string what)
    {
        var attempt = Attempts++;
        if (_fault is { } fault && Fails(fault, attempt, operation))
        {
            if (fault.Kind == FaultKind.ShortWrite && operation.Action == DiskAction.Write)
                Carry(operation with { Bytes = operation.Bytes![..(operation.Bytes!.Length / 2)] });
            var cause = fault.Kind == FaultKind.InputOutput ? new IOException("Input/output error", 5) : new IOException("No space left on device", 28);
            throw FileErrors.Explain(cause, what, operation.Path);
        }
        Carry(operation);
    }

    private void Carry(DiskOperation operation)
    {
        _model.Apply(operation);
        _operations.Add(operation);
    }

    private static bool Fails((int At, FaultKind Kind, bool Lasting) fault, int attempt, DiskOperation operation)
    {
        var needsSpace = operation.Action is DiskAction.MakeFile or DiskAction.MakeFolder or DiskAction.Write;
        return attempt == fault.At || (fault.Lasting && attempt > fault.At && (fault.Kind == FaultKind.InputOutput || needsSpace));
    }

    private sealed class ModelStream(RecordingFiles disk, string path, int node) : DurableStream(disk.BufferSize)
    {
        protected override void WriteCore(ReadOnlySpan<byte> bytes)
        {
            for (var at = 0; at < bytes.Length; at += disk.BufferSize)
            {
                var piece = bytes.Slice(at, Math.Min(bytes.Length - at, disk.BufferSize)).ToArray();
                disk.Perform(new(DiskAction.Write, path, Node: node, Bytes: piece), "cannot write the file");
            }
        }

        protected override void SyncCore() => disk.Perform(new(DiskAction.FlushFile, path, Node: node), "cannot flush the file to disk");

        protected override void CloseCore()
        {
        }
    }
}
