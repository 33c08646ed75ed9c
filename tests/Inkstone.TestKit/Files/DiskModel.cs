namespace Inkstone.TestKit;

/// <summary>
/// A disk in memory that knows, for every file and folder, what is durable and what is pending since its last flush.
/// The rules are those a program may rely on everywhere, no kinder: flushing a file saves its bytes, not its name; flushing
/// a folder saves the names in it, not the bytes behind them; a rename happens wholly or not at all.
/// </summary>
internal sealed class DiskModel
{
    public const int Root = 0;

    private readonly List<DiskNode> _nodes = [new FolderNode(Root)];
    private int _sequence;

    public IEnumerable<FolderNode> Folders => _nodes.OfType<FolderNode>();

    public DiskNode this[int node] => _nodes[node];

    public void Apply(DiskOperation operation)
    {
        _sequence++;
        switch (operation.Action)
        {
            case DiskAction.MakeFile:
                _nodes.Add(new FileNode(_nodes.Count));
                Change(operation.Parent, operation.Name, _nodes.Count - 1);
                break;
            case DiskAction.MakeFolder:
                _nodes.Add(new FolderNode(_nodes.Count));
                Change(operation.Parent, operation.Name, _nodes.Count - 1);
                break;
            case DiskAction.Truncate:
                File(operation.Node).Truncate();
                break;
            case DiskAction.Write:
                File(operation.Node).Write(operation.Bytes!);
                break;
            case DiskAction.FlushFile:
                File(operation.Node).Flush();
                break;
            case DiskAction.FlushFolder:
                FlushFolder(operation.Node);
                break;
            case DiskAction.Rename:
                Change(operation.Parent, operation.Name, null, operation.NewParent);
                Change(operation.NewParent, operation.NewName, operation.Node, operation.Parent);
                break;
            default:
                Change(operation.Parent, operation.Name, null);
                break;
        }
    }

    /// <summary>What the disk holds after a power cut now.</summary>
    /// <param name="description">Told by the state.</param>
    /// <param name="namesKept">How many of a folder's pending changes, in their order, reached the disk.</param>
    /// <param name="content">What became of a file's bytes.</param>
    public CrashState Crash(string description, Func<FolderNode, int> namesKept, Func<FileNode, byte[]> content)
    {
        var state = new CrashState(description);
        var cuts = Folders.ToDictionary(folder => folder.Number, folder => folder.SequenceOfCut(namesKept(folder)));
        Collect((FolderNode)_nodes[Root], "");
        return state;

        void Collect(FolderNode folder, string prefix)
        {
            foreach (var (name, number) in folder.NamesAfter(cuts))
            {
                if (_nodes[number] is FolderNode inner)
                {
                    state.AddFolder(prefix + name);
                    Collect(inner, $"{prefix}{name}/");
                }
                else
                {
                    state.Add(prefix + name, content(File(number)));
                }
            }
        }
    }

    private FileNode File(int node) => (FileNode)_nodes[node];

    private FolderNode Folder(int node) => (FolderNode)_nodes[node];

    private void Change(int folder, string name, int? node, int? partner = null) => Folder(folder).Change(new(_sequence, name, node, partner));

    private void FlushFolder(int number)
    {
        // A file system commits in order: with one half of a rename go its other half and all before that.
        foreach (var change in Folder(number).Pending)
        {
            if (change.Partner is { } partner && partner != number)
                Folder(partner).Flush(change.Sequence);
        }
        Folder(number).Flush(int.MaxValue);
    }
}
