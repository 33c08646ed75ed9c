using System.Reflection;
using System.Text;

namespace Inkstone.PublicApi.Tests;

/// <summary>
/// The public surface of every assembly is written down in <c>Api/</c> and reviewed with the change that alters it. Set INKSTONE_UPDATE_API=1 to write it anew.
/// </summary>
public sealed class ApiTextTests
{
    public static TheoryData<string> Assemblies() =>
        [.. new[] { "Foundation", "Tensors", "Tokenizers", "Corpus", "Models", "Inference", "Training", "Evaluation", "Recipes" }];

    [Theory, MemberData(nameof(Assemblies))]
    public void ThePublicSurfaceIsTheOneWrittenDown(string name)
    {
        var actual = Describe(Assembly.Load("Inkstone." + name));
        var path = Path.Combine(Repository.Root, "tests", "Inkstone.PublicApi.Tests", "Api", $"Inkstone.{name}.txt");
        if (Environment.GetEnvironmentVariable("INKSTONE_UPDATE_API") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, actual);
        }
        Assert.True(File.Exists(path), $"{path} is missing; run with INKSTONE_UPDATE_API=1 and review it");
        Assert.Equal(File.ReadAllText(path).ReplaceLineEndings("\n"), actual);
    }

    private static string Describe(Assembly assembly)
    {
        var text = new StringBuilder();
        foreach (var type in assembly.GetExportedTypes().OrderBy(type => type.FullName, StringComparer.Ordinal))
        {
            text.Append(type.FullName).Append('\n');
            var members = type.GetMembers(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
                .Where(member => member is not MethodInfo { IsSpecialName: true } and not Type)
                .Where(member => !member.Name.StartsWith('<'))
                .Select(member => $"  {member.MemberType.ToString().ToLowerInvariant()} {member}")
                .Distinct()
                .Order(StringComparer.Ordinal);
            foreach (var member in members)
                text.Append(member).Append('\n');
        }
        return text.ToString();
    }
}
