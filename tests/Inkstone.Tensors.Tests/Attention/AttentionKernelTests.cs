namespace Inkstone.Tensors.Tests;

public sealed class AttentionKernelTests
{
    private static readonly WorkerTeam Two = new(2);

    public static TheoryData<int, VectorWidth> RandomCases()
    {
        var data = new TheoryData<int, VectorWidth>();
        for (var number = 0; number < 80; number++)
            foreach (var width in Enum.GetValues<VectorWidth>())
                data.Add(number, width);
        return data;
    }

    [Theory]
    [MemberData(nameof(RandomCases))]
    public void RandomFormsAndLayoutsAgreeWithTheDefinition(int number, VectorWidth width)
    {
        using var problem = AttentionCases.Make(number);
        AttentionResult.AssertClose(
            NaiveAttention.Run(problem), problem.ForwardAndBackward(width, Two), 2e-5, $"{problem.Form}, {problem.QueryLayout.RowCount} rows");
    }
}
