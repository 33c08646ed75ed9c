namespace Inkstone.TestKit;

/// <summary>What a recorded operation does to the disk.</summary>
public enum DiskAction
{
    /// <summary>A new, empty file gets a name.</summary>
    MakeFile,

    /// <summary>A new folder gets a name.</summary>
    MakeFolder,

    /// <summary>A file's content is thrown away.</summary>
    Truncate,

    /// <summary>Bytes are written at the end of a file.</summary>
    Write,

    /// <summary>A file's content is made durable.</summary>
    FlushFile,

    /// <summary>A folder's names are made durable.</summary>
    FlushFolder,

    /// <summary>A file or folder gets another name, taking the place of a file of that name.</summary>
    Rename,

    /// <summary>A name of a file or an empty folder goes.</summary>
    Remove,
}

/// <summary>One operation as it reached the disk.</summary>
/// <param name="Action">What it does.</param>
/// <param name="Path">The path it was given.</param>
/// <param name="NewPath">The new path of a rename.</param>
/// <param name="Node">The file or folder it is about, numbered in the order of making; the root is 0.</param>
/// <param name="Parent">The folder that holds the name.</param>
/// <param name="NewParent">The folder that holds the new name of a rename.</param>
/// <param name="Bytes">The bytes written.</param>
public sealed record DiskOperation(
    DiskAction Action, string Path, string? NewPath = null, int Node = 0, int Parent = 0, int NewParent = 0, byte[]? Bytes = null)
{
    internal string Name => Path[(Path.LastIndexOf('/') + 1)..];

    internal string NewName => NewPath![(NewPath!.LastIndexOf('/') + 1)..];

    /// <inheritdoc/>
    public override string ToString() => Action switch
    {
        DiskAction.Write => $"Write {Bytes!.Length} bytes to {Path}",
        DiskAction.Rename => $"Rename {Path} to {NewPath}",
        _ => $"{Action} {Path}",
    };
}
