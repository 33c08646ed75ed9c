using System.Xml.Linq;

namespace Inkstone.PublicApi.Tests;

/// <summary>A project refers only to floors below its own, and only some floors may use packages.</summary>
public sealed class FloorTests
{
    private static readonly Dictionary<string, int> Floors = new()
    {
        ["Foundation"] = 0,
        ["Tensors"] = 1,
        ["Tokenizers"] = 1,
        ["Corpus"] = 1,
        ["Models"] = 2,
        ["Inference"] = 3,
        ["Training"] = 4,
        ["Evaluation"] = 4,
        ["Interpretability"] = 4,
        ["Retrieval"] = 4,
        ["Agents"] = 4,
        ["Recipes"] = 5,
        ["Server"] = 6,
        ["Studio"] = 7,
        ["Cli"] = 8,
    };

    private static readonly Dictionary<string, string[]> Packages = new()
    {
        ["Corpus"] = ["AngleSharp", "Markdig"],
        ["Inference"] = ["Microsoft.Extensions.AI.Abstractions"],
        ["Cli"] = ["System.CommandLine", "Spectre.Console"],
    };

    public static TheoryData<string> Projects() => [.. Directory.EnumerateDirectories(Path.Combine(Repository.Root, "src")).Select(folder => Path.GetFileName(folder)!)];

    [Theory, MemberData(nameof(Projects))]
    public void ReferencesPointDown(string project)
    {
        var floor = Floors[Short(project)];
        foreach (var reference in Items(project, "ProjectReference"))
        {
            var target = Short(Path.GetFileNameWithoutExtension(reference.Replace('\\', '/')));
            Assert.True(Floors[target] < floor, $"{project} (floor {floor}) refers to {target} (floor {Floors[target]})");
        }
    }

    [Theory, MemberData(nameof(Projects))]
    public void OnlySomeFloorsUsePackages(string project)
    {
        var allowed = Packages.GetValueOrDefault(Short(project), []);
        Assert.All(Items(project, "PackageReference"), package => Assert.Contains(package, allowed));
    }

    private static IEnumerable<string> Items(string project, string kind) =>
        XDocument.Load(Path.Combine(Repository.Root, "src", project, project + ".csproj")).Descendants(kind).Select(item => item.Attribute("Include")!.Value);

    private static string Short(string project) => project["Inkstone.".Length..];
}
