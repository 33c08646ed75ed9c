namespace Inkstone.Corpus;

/// <summary>What to read of the API documentation that a .NET SDK installs.</summary>
public sealed record DotNetDocumentationOptions
{
    /// <summary>The folder that holds <c>packs</c>; found by itself when null (<see cref="DotNetInstallation"/>).</summary>
    public string? Root { get; init; }

    /// <summary>
    /// Namespaces left out with all that is in them. By default the tables of processor instructions, which are no prose,
    /// and the native declarations of Windows that ASP.NET Core generates for its own use, whose texts are cut short.
    /// </summary>
    public IReadOnlyList<string> ExcludedNamespaces { get; init; } = ["System.Runtime.Intrinsics", "Windows.Win32"];

    /// <summary>Called for each file that could not be read, in the order of the files.</summary>
    public Action<SkippedFile>? Skipped { get; init; }

    /// <summary>Called as files are done, from several threads: files done, files in all.</summary>
    public Action<int, int>? Progress { get; init; }
}
