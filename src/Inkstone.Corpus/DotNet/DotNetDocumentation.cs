using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Xml;
using System.Xml.Linq;
using Inkstone.Foundation.Errors;

namespace Inkstone.Corpus;

/// <summary>
/// The API documentation of the running SDK as documents, one a member: the default text of the quickstart. Two passes
/// over the files in parallel: the first learns which types there are and how their type parameters are called, the
/// second renders. Order and content do not depend on the number of threads.
/// </summary>
public static class DotNetDocumentation
{
    /// <summary>Reads everything; about twice the size of the XML is held while it runs.</summary>
    /// <exception cref="InkstoneNotFoundException">There is no documentation on this machine.</exception>
    /// <exception cref="InkstoneFormatException">There are files, but none holds documentation.</exception>
    public static IReadOnlyList<Document> Read(DotNetDocumentationOptions? options = null, CancellationToken cancellation = default)
    {
        options ??= new();
        var paths = DotNetInstallation.FindDocumentation(options.Root is null ? DotNetInstallation.CandidateRoots() : [options.Root]);
        var files = Load(paths, cancellation);

        var declared = new List<(string Id, string[] Names)>[files.Length];
        var errors = new string?[files.Length];
        InParallel(files, i => declared[i] = Guarded(files[i], ref errors[i], ReadDeclarations), cancellation);
        var catalog = new TypeCatalog();
        foreach (var (id, names) in declared.SelectMany(list => list))
            catalog.Add(id, names);

        var documents = new List<Document>[files.Length];
        var done = 0;
        InParallel(files, i =>
        {
            if (errors[i] is null)
                documents[i] = Guarded(files[i], ref errors[i], reader => Render(reader, catalog, options));
            options.Progress?.Invoke(Interlocked.Increment(ref done), files.Length);
        }, cancellation);

        for (var i = 0; i < files.Length; i++)
        {
            if (errors[i] is { } why)
                options.Skipped?.Invoke(new(files[i].Path, why));
        }
        var all = documents.Where(list => list is not null).SelectMany(list => list).ToList();
        return all.Count > 0 ? all : throw new InkstoneFormatException(
            "The documentation files hold no documented member", where: Path.GetDirectoryName(paths[0]), found: $"{paths.Count} files",
            fix: "Give a text of your own with --text PATH.");
    }

    private sealed record SourceFile(string Path, byte[] Content, string? Error);

    // The packs of ASP.NET Core repeat those of .NET itself: a file equal to an earlier one byte for byte is read once.
    private static SourceFile[] Load(IReadOnlyList<string> paths, CancellationToken cancellation)
    {
        var seen = new HashSet<string>();
        var files = new List<SourceFile>();
        foreach (var path in paths)
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                var content = File.ReadAllBytes(path);
                if (seen.Add(Convert.ToHexString(SHA256.HashData(content))))
                    files.Add(new(path, content, null));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                files.Add(new(path, [], "it cannot be read: " + e.Message));
            }
        }
        return [.. files];
    }

    // Largest first, one at a time, so that no thread is left with a large file at the end.
    private static void InParallel(SourceFile[] files, Action<int> work, CancellationToken cancellation)
    {
        var order = Enumerable.Range(0, files.Length).OrderByDescending(i => files[i].Content.Length).ToArray();
        var partitioner = Partitioner.Create(order, EnumerablePartitionerOptions.NoBuffering);
        Parallel.ForEach(partitioner, new ParallelOptions { CancellationToken = cancellation }, work);
    }

    private static List<T> Guarded<T>(SourceFile file, ref string? error, Func<XmlReader, List<T>> read)
    {
        if (file.Error is not null)
        {
            error = file.Error;
            return [];
        }
        try
        {
            using var reader = XmlReader.Create(new MemoryStream(file.Content), new XmlReaderSettings
            {
                DtdProcessing = DtdProcessing.Prohibit,
                XmlResolver = null,
                IgnoreComments = true,
                IgnoreProcessingInstructions = true,
                CheckCharacters = false,
            });
            return read(reader);
        }
        catch (XmlException e)
        {
            error = "it is not well-formed XML: " + e.Message;
            return [];
        }
    }

    private static List<(string Id, string[] Names)> ReadDeclarations(XmlReader reader)
    {
        var list = new List<(string, string[])>();
        string? id = null;
        var names = new List<string>();
        while (reader.Read())
        {
            if (reader.NodeType == XmlNodeType.Element && reader.LocalName == "member")
            {
                Finish();
                id = reader.GetAttribute("name");
            }
            else if (reader.NodeType == XmlNodeType.Element && reader.LocalName == "typeparam" && reader.GetAttribute("name") is { } name)
                names.Add(name);
        }
        Finish();
        return list;

        void Finish()
        {
            if (id is not null && (names.Count > 0 || id.StartsWith("T:", StringComparison.Ordinal)))
                list.Add((id, [.. names]));
            names.Clear();
        }
    }

    private static List<Document> Render(XmlReader reader, TypeCatalog catalog, DotNetDocumentationOptions options)
    {
        var renderer = new MemberRenderer(new MemberNames(catalog));
        var list = new List<Document>();
        reader.Read();
        while (!reader.EOF)
        {
            if (reader.NodeType != XmlNodeType.Element || reader.LocalName != "member")
            {
                reader.Read();
                continue;
            }
            var id = reader.GetAttribute("name");
            if (id is null || IsExcluded(id, options))
            {
                reader.Skip();
                continue;
            }
            var member = (XElement)XNode.ReadFrom(reader);
            if (renderer.Render(id, member) is { } text)
                list.Add(new(text, id, catalog.OutermostName(DocumentationId.Parse(id).Type)));
        }
        return list;
    }

    private static bool IsExcluded(string id, DotNetDocumentationOptions options)
    {
        foreach (var name in options.ExcludedNamespaces)
        {
            if (id.Length > name.Length + 2 && id.AsSpan(2).StartsWith(name, StringComparison.Ordinal) && id[name.Length + 2] == '.')
                return true;
        }
        return id.StartsWith("T:<", StringComparison.Ordinal) || id.Contains(".<", StringComparison.Ordinal); // made by the compiler
    }
}
