using System.Globalization;
using Inkstone.Foundation.Tests.Fuzz;

namespace Inkstone.Foundation.Tests;

/// <summary>What the tests run in processes of their own: <c>fuzz TARGET FIRST-ROUND ROUNDS [FILE-OF-PROGRESS]</c>; a round alone repeats what failed.</summary>
internal static class Program
{
    public static int Main(string[] arguments) => arguments is ["fuzz", var target, var from, var count, .. var rest]
        ? FuzzChild.Run(target, long.Parse(from, CultureInfo.InvariantCulture), long.Parse(count, CultureInfo.InvariantCulture), rest.FirstOrDefault())
        : 2;
}
