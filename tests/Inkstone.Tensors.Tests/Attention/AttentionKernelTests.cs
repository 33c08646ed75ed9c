namespace Inkstone.Tensors.Tests;

public sealed class AttentionKernelTests
{
    private static readonly WorkerTeam Two = new(2);

    public static TheoryData<int> RandomCases() => [.. Enumerable.Range(0, 80)];

    [Theory]
    [MemberData(nameof(RandomCases))]
    public void RandomFormsAndLayoutsAgreeWithTheDefinitionAtEveryWidth(int number)
    {
        using var problem = AttentionCases.Make(number);
        var expected = NaiveAttention.Run(problem);
        foreach (var width in Enum.GetValues<VectorWidth>())
            AttentionResult.AssertClose(
                expected, problem.ForwardAndBackward(width, Two), 2e-5, $"{width}, {problem.Form}, {problem.QueryLayout.RowCount} rows");
    }
}
