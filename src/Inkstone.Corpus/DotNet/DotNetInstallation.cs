using System.Globalization;
using Inkstone.Foundation.Errors;

namespace Inkstone.Corpus;

/// <summary>
/// Finds the API documentation beside the running SDK: <c>packs/*/*/ref/*/*.xml</c> under the folder where .NET is
/// installed. Of several versions of a pack the newest is taken.
/// </summary>
public static class DotNetInstallation
{
    /// <summary>
    /// Where .NET may be installed, likeliest first: <c>DOTNET_ROOT</c>, the program that runs this process, the folder
    /// of the running runtime, and the places where installers put it.
    /// </summary>
    public static IReadOnlyList<string> CandidateRoots()
    {
        var roots = new List<string?>
        {
            Environment.GetEnvironmentVariable("DOTNET_ROOT"),
            FolderOfProgram(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH")),
            FolderOfProgram(Environment.ProcessPath),
            RootOfRuntime(typeof(object).Assembly.Location),
        };
        if (OperatingSystem.IsWindows())
        {
            roots.Add(Under(Environment.SpecialFolder.ProgramFiles, "dotnet"));
            roots.Add(Under(Environment.SpecialFolder.LocalApplicationData, Path.Combine("Microsoft", "dotnet")));
        }
        else
        {
            roots.AddRange(["/usr/share/dotnet", "/usr/lib/dotnet", "/usr/lib64/dotnet", "/usr/local/share/dotnet",
                "/opt/homebrew/opt/dotnet/libexec", "/usr/local/opt/dotnet/libexec", "/opt/dotnet",
                "/snap/dotnet-sdk/current", "/run/current-system/sw/share/dotnet"]);
        }
        roots.Add(Under(Environment.SpecialFolder.UserProfile, ".dotnet"));
        return [.. roots.Where(root => !string.IsNullOrWhiteSpace(root)).Select(root => root!).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>The documentation files under the first root that has any, ordered by pack, then by name.</summary>
    /// <param name="roots">Folders to look in, likeliest first.</param>
    /// <exception cref="InkstoneNotFoundException">None of them has documentation.</exception>
    public static IReadOnlyList<string> FindDocumentation(IReadOnlyList<string> roots)
    {
        foreach (var root in roots)
        {
            var files = DocumentationUnder(root);
            if (files.Count > 0)
                return files;
        }
        throw new InkstoneNotFoundException(
            "This machine's .NET SDK has no API documentation to train on (some distributions split it off into a package of its own)",
            expected: $"XML files at {Path.Combine("packs", "*", "*", "ref", "*", "*.xml")} beside the SDK",
            found: roots.Count == 0 ? "no place to look in" : "none under " + string.Join(", ", roots),
            fix: "Give a text of your own with --text PATH (any file or folder), or set DOTNET_ROOT to an SDK that has the documentation.");
    }

    private static List<string> DocumentationUnder(string root)
    {
        var files = new List<string>();
        var packs = Path.Combine(root, "packs");
        if (!Directory.Exists(packs))
            return files;
        try
        {
            foreach (var pack in Ordered(Directory.GetDirectories(packs)))
            {
                // The newest version that has documentation; Order is stable, so equal versions stay in ordinal order.
                foreach (var version in Ordered(Directory.GetDirectories(pack)).OrderDescending(VersionOrder.Instance))
                {
                    var reference = Path.Combine(version, "ref");
                    if (!Directory.Exists(reference))
                        continue;
                    var targets = Ordered(Directory.GetDirectories(reference));
                    var found = targets.SelectMany(target => Ordered(Directory.GetFiles(target, "*.xml"))).ToList();
                    files.AddRange(found);
                    if (found.Count > 0)
                        break;
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A root that cannot be listed is as good as none: the next one is tried.
        }
        return files;
    }

    private static IEnumerable<string> Ordered(string[] paths) => paths.Order(StringComparer.Ordinal);

    private static string? FolderOfProgram(string? path)
    {
        if (string.IsNullOrEmpty(path) || Path.GetFileNameWithoutExtension(path) != "dotnet")
            return null;
        try
        {
            path = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
        }
        catch (IOException)
        {
            // A link that leads nowhere: its own folder is tried.
        }
        return Path.GetDirectoryName(path);
    }

    // …/shared/Microsoft.NETCore.App/10.0.0/System.Private.CoreLib.dll, or nothing in a single-file program
    private static string? RootOfRuntime(string coreLibrary) =>
        coreLibrary.Length == 0 ? null : Path.GetFullPath(Path.Combine(Path.GetDirectoryName(coreLibrary)!, "..", "..", ".."));

    private static string? Under(Environment.SpecialFolder folder, string name) =>
        Environment.GetFolderPath(folder) is { Length: > 0 } path ? Path.Combine(path, name) : null;

    /// <summary>Orders version folders: by number, a release after its previews.</summary>
    private sealed class VersionOrder : IComparer<string>
    {
        public static readonly VersionOrder Instance = new();

        public int Compare(string? x, string? y)
        {
            var (first, second) = (Parse(x!), Parse(y!));
            var order = first.Number.CompareTo(second.Number);
            return order != 0 ? order
                : first.Preview is null || second.Preview is null ? (first.Preview is null ? 1 : 0) - (second.Preview is null ? 1 : 0)
                : ComparePreviews(first.Preview, second.Preview);
        }

        // "-preview.10" is after "-preview.9": parts that are numbers compare as numbers.
        private static int ComparePreviews(string first, string second)
        {
            foreach (var (a, b) in first.Split('.').Zip(second.Split('.')))
            {
                var order = long.TryParse(a, NumberStyles.None, CultureInfo.InvariantCulture, out var m)
                    && long.TryParse(b, NumberStyles.None, CultureInfo.InvariantCulture, out var n)
                    ? m.CompareTo(n)
                    : string.CompareOrdinal(a, b);
                if (order != 0)
                    return order;
            }
            return first.Length.CompareTo(second.Length);
        }

        private static (Version Number, string? Preview) Parse(string path)
        {
            var name = Path.GetFileName(path);
            var dash = name.IndexOf('-');
            var isVersion = Version.TryParse(dash < 0 ? name : name[..dash], out var number);
            return (isVersion ? number! : new Version(0, 0), dash < 0 ? null : name[dash..]);
        }
    }
}
