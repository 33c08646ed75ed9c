using System.Security.Cryptography;

namespace Inkstone.Foundation.Files;

/// <summary>The two ways in which whole files are written.</summary>
public static class DurableWriting
{
    /// <summary>The end of the names of files that were not finished; such a file may be deleted at any time.</summary>
    public const string TemporarySuffix = ".tmp";

    /// <summary>
    /// Creates a file, writes it and flushes it to disk. Its name is durable only after the folder is flushed, and a crash in
    /// the middle leaves a part: use it inside a folder that is itself renamed into place, else
    /// <see cref="WriteAtomically(IDurableFiles, string, Action{Stream})"/>.
    /// </summary>
    /// <param name="files">Where to write.</param>
    /// <param name="path">The file.</param>
    /// <param name="content">Writes the content, front to back.</param>
    /// <returns>The length and digest of what was written.</returns>
    public static FileDigest WriteFlushed(this IDurableFiles files, string path, Action<Stream> content)
    {
        using var file = files.Create(path);
        using var hashing = new HashingStream(file);
        content(hashing);
        var digest = hashing.Digest();
        file.FlushToDisk();
        return digest;
    }

    /// <summary>Creates a file with this content and flushes it to disk; see the other form.</summary>
    public static FileDigest WriteFlushed(this IDurableFiles files, string path, byte[] content) =>
        files.WriteFlushed(path, stream => stream.Write(content));

    /// <summary>
    /// Writes a file so that at every moment, also after a power cut, its path holds the old content or the new, whole:
    /// temporary name beside it, flush to disk, rename over it, flush the folder. When writing fails the temporary file
    /// is taken away, as far as the disk lets it, and the old content stands.
    /// </summary>
    /// <param name="files">Where to write.</param>
    /// <param name="path">The file.</param>
    /// <param name="content">Writes the content, front to back.</param>
    /// <returns>The length and digest of what was written.</returns>
    public static FileDigest WriteAtomically(this IDurableFiles files, string path, Action<Stream> content)
    {
        var temporary = path + TemporarySuffix;
        var renamed = false;
        try
        {
            var digest = files.WriteFlushed(temporary, content);
            files.Rename(temporary, path);
            renamed = true;
            files.FlushFolder(FolderOf(path));
            return digest;
        }
        finally
        {
            if (!renamed)
                TryDelete(files, temporary);
        }
    }

    /// <summary>Writes these bytes as the whole of a file, old or new at every moment; see the other form.</summary>
    public static FileDigest WriteAtomically(this IDurableFiles files, string path, byte[] content) =>
        files.WriteAtomically(path, stream => stream.Write(content));

    /// <summary>The folder that holds a path; the current folder for a bare name.</summary>
    public static string FolderOf(string path) => Path.GetDirectoryName(path) is { Length: > 0 } folder ? folder : ".";

    private static void TryDelete(IDurableFiles files, string path)
    {
        try
        {
            files.DeleteFile(path);
        }
        catch (Errors.InkstoneException)
        {
            // The first error is the one to report; the leftover is known by its suffix.
        }
    }

    /// <summary>Passes writes on and digests them on the way.</summary>
    private sealed class HashingStream(DurableStream inner) : DurableStream(bufferSize: 0)
    {
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

        private FileDigest? _digest;

        public FileDigest Digest() => _digest ??= new(Length, Convert.ToHexStringLower(_hash.GetCurrentHash()));

        protected override void WriteCore(ReadOnlySpan<byte> bytes)
        {
            inner.Write(bytes);
            _hash.AppendData(bytes);
        }

        protected override void SyncCore() => inner.FlushToDisk();

        protected override void CloseCore()
        {
            Digest(); // a callback may close what it was given, as a StreamWriter does
            _hash.Dispose();
        }
    }
}
