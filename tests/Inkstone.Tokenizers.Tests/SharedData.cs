namespace Inkstone.Tokenizers.Tests;

/// <summary>Third-party data beside the repository, which is not part of it; tests that need it are skipped where it is not there.</summary>
internal static class SharedData
{
    public static string? Root { get; } = Find();

    public static string Path(string relative) => System.IO.Path.Combine(Root!, relative);

    private static string? Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (!File.Exists(System.IO.Path.Combine(folder.FullName, "Inkstone.slnx")))
                continue;
            var data = System.IO.Path.Combine(folder.FullName, "..", "shared", "data");
            return Directory.Exists(data) ? data : null;
        }
        return null;
    }
}

/// <summary>A test on shared data.</summary>
internal sealed class SharedDataFactAttribute : FactAttribute
{
    public SharedDataFactAttribute() => Skip = SharedData.Root is null ? "needs ../shared/data, which is not there" : null;
}

/// <summary>A test with cases on shared data.</summary>
internal sealed class SharedDataTheoryAttribute : TheoryAttribute
{
    public SharedDataTheoryAttribute() => Skip = SharedData.Root is null ? "needs ../shared/data, which is not there" : null;
}
