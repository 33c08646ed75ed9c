namespace Inkstone.TestKit;

/// <summary>A file or folder of the model, apart from its names.</summary>
internal abstract class DiskNode(int number)
{
    /// <summary>Its number in the order of making.</summary>
    public int Number => number;
}

/// <summary>A change of one name in a folder.</summary>
/// <param name="Sequence">The operation that made it.</param>
/// <param name="Name">The name.</param>
/// <param name="Node">What the name stands for from now on; null for a name taken away.</param>
/// <param name="Partner">The folder where the other half of a rename happens.</param>
internal sealed record NameChange(int Sequence, string Name, int? Node, int? Partner);

/// <summary>A folder: its durable names, the changes no flush has saved, and the names as a running program sees them.</summary>
internal sealed class FolderNode(int number) : DiskNode(number)
{
    private readonly SortedDictionary<string, int> _durable = new(StringComparer.Ordinal);

    public SortedDictionary<string, int> Current { get; } = new(StringComparer.Ordinal);

    public List<NameChange> Pending { get; } = [];

    public void Change(NameChange change)
    {
        Pending.Add(change);
        Apply(Current, change);
    }

    /// <summary>Makes the changes up to an operation durable.</summary>
    public void Flush(int throughSequence)
    {
        foreach (var change in Pending.Where(change => change.Sequence <= throughSequence))
            Apply(_durable, change);
        Pending.RemoveAll(change => change.Sequence <= throughSequence);
    }

    /// <summary>The last operation whose change survives when so many pending changes do.</summary>
    public int SequenceOfCut(int kept) => kept >= Pending.Count ? int.MaxValue : kept == 0 ? 0 : Pending[kept - 1].Sequence;

    /// <summary>The names after a crash; a rename between two folders survives only when both cuts include it.</summary>
    public SortedDictionary<string, int> NamesAfter(Dictionary<int, int> cuts)
    {
        var names = new SortedDictionary<string, int>(_durable, StringComparer.Ordinal);
        foreach (var change in Pending.Where(Survives))
            Apply(names, change);
        return names;

        bool Survives(NameChange change) => change.Sequence <= cuts[Number] && (change.Partner is not { } partner || change.Sequence <= cuts[partner]);
    }

    private static void Apply(SortedDictionary<string, int> names, NameChange change)
    {
        if (change.Node is { } node)
            names[change.Name] = node;
        else
            names.Remove(change.Name);
    }
}

/// <summary>A file: its durable bytes and what was done since its last flush (a truncation at most, then writes at its end).</summary>
internal sealed class FileNode(int number) : DiskNode(number)
{
    private readonly List<byte[]> _written = [];
    private byte[] _durable = [];
    private bool _truncated;

    public bool HasPending => _truncated || _written.Count > 0;

    public void Truncate()
    {
        _truncated = true;
        _written.Clear();
    }

    public void Write(byte[] bytes) => _written.Add(bytes);

    public void Flush()
    {
        if (!HasPending)
            return;
        _durable = Kept();
        _truncated = false;
        _written.Clear();
    }

    /// <summary>The bytes of the last flush.</summary>
    public byte[] Dropped() => _durable;

    /// <summary>All bytes, flushed or not.</summary>
    public byte[] Kept() => HasPending ? Concatenate() : _durable;

    /// <summary>The first half of what is pending, down to a whole number of blocks of the file.</summary>
    public byte[] Torn(int block)
    {
        var whole = Kept();
        var start = Base().Length;
        var half = start + ((whole.Length - start) / 2);
        return whole[..Math.Max(start, half - (half % block))];
    }

    /// <summary>The new length, with each block new or, by a coin, as it was before (zero where there was nothing).</summary>
    public byte[] Scattered(int block, Func<bool> coin)
    {
        var bytes = (byte[])Kept().Clone();
        var firstChanged = _truncated ? 0 : _durable.Length / block * block;
        for (var start = firstChanged; start < bytes.Length; start += block)
        {
            if (coin())
                continue;
            var piece = bytes.AsSpan(start, Math.Min(block, bytes.Length - start));
            var old = start < _durable.Length ? _durable.AsSpan(start, Math.Min(piece.Length, _durable.Length - start)) : [];
            piece.Clear();
            old.CopyTo(piece);
        }
        return bytes;
    }

    private byte[] Concatenate()
    {
        var all = new MemoryStream();
        all.Write(Base());
        foreach (var bytes in _written)
            all.Write(bytes);
        return all.ToArray();
    }

    private byte[] Base() => _truncated ? [] : _durable;
}
