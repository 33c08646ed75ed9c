using Inkstone.Foundation.Errors;

namespace Inkstone.Foundation.Tests;

public class NamespaceTests
{
    /// <summary>Foundation is not a drawer for odds and ends: a new namespace needs a reason in docs/design.</summary>
    [Fact]
    public void FoundationHasSixNamespaces()
    {
        string[] expected = ["Drawing", "Errors", "Files", "Formats", "Machine", "Randomness"];
        var found = typeof(InkstoneException).Assembly.GetTypes()
            .Where(type => type.Namespace?.StartsWith("Inkstone", StringComparison.Ordinal) == true)
            .Select(type => type.Namespace!["Inkstone.Foundation.".Length..]).Distinct().Order(StringComparer.Ordinal);
        Assert.Equal(expected, found);
    }
}
