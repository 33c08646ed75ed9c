using System.Security.Cryptography;
using System.Text;

namespace Inkstone.TestKit;

/// <summary>What a disk holds after a crash: files by path and folders, paths relative and parted by '/'.</summary>
/// <param name="description">After which operation, and what became of what was not flushed.</param>
public sealed class CrashState(string description)
{
    private readonly SortedDictionary<string, byte[]> _files = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _folders = new(StringComparer.Ordinal);

    /// <summary>After which operation, and what became of what was not flushed: the message of a failed assertion.</summary>
    public string Description => description;

    /// <summary>The files and their content.</summary>
    public IReadOnlyDictionary<string, byte[]> Files => _files;

    /// <summary>The folders, without the root.</summary>
    public IReadOnlyCollection<string> Folders => _folders;

    /// <summary>Puts the state into a real folder, for code that reads the disk itself.</summary>
    /// <param name="folder">Created when missing; what is in it stays.</param>
    public void WriteTo(string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (var path in _folders)
            Directory.CreateDirectory(Path.Combine(folder, path));
        foreach (var (path, content) in _files)
            File.WriteAllBytes(Path.Combine(folder, path), content);
    }

    /// <summary>The machine after its restart: a new recording disk that holds this state durably.</summary>
    public RecordingFiles Restart() => new(this);

    /// <inheritdoc/>
    public override string ToString() => description;

    internal void Add(string path, byte[] content) => _files.Add(path, content);

    internal void AddFolder(string path) => _folders.Add(path);

    /// <summary>Equal for states that hold the same names and bytes.</summary>
    internal string Fingerprint()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var path in _folders)
            hash.AppendData(Encoding.UTF8.GetBytes($"{path}/\n"));
        foreach (var (path, content) in _files)
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{path}\n{content.Length}\n"));
            hash.AppendData(content);
        }
        return Convert.ToHexString(hash.GetHashAndReset());
    }
}
