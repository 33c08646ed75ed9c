using Inkstone.Foundation.Errors;

namespace Inkstone.Tensors.Tests;

/// <summary>Tensors that do not fit are refused, by an error that names the operation and what was found.</summary>
public class ShapeErrorTests
{
    private static readonly Dictionary<string, (Action Try, string[] Named)> Mistakes = new()
    {
        ["add"] = (() => _ = Z(3, 4) + Z(3, 5), ["Add", "[3, 4]", "[3, 5]", "axis -1"]),
        ["add in front"] = (() => _ = Z(2, 3, 4) + Z(5, 3, 4), ["Add", "[2, 3, 4]", "[5, 3, 4]", "axis -3"]),
        ["where"] = (() => Tensor.Where(I(3), Z(4), Z(4)), ["where", "[3]", "[4]"]),
        ["where without a condition"] = (() => Tensor.Where(Z(4), Z(4), Z(4)), ["where", "Int32", "Float64"]),
        ["mixed types"] = (() => _ = Z(3) + I(3), ["Add", "Float64", "Int32"]),
        ["reshape"] = (() => Z(3, 4).Reshape(5, 2), ["reshape", "12", "[5, 2]"]),
        ["reshape open"] = (() => Z(3, 4).Reshape(5, -1), ["reshape", "12"]),
        ["permute"] = (() => Z(3, 4).Permute(0, 0), ["permute", "[0, 0]"]),
        ["permute too few"] = (() => Z(3, 4).Permute(0), ["permute", "2 axes", "1"]),
        ["slice"] = (() => Z(3, 4).Slice(1, 2, 3), ["slice", "axis 1", "[3, 4]", "[2, 5)"]),
        ["no such axis"] = (() => Z(3, 4).Sum([2]), ["axis", "[3, 4]", "2"]),
        ["squeeze"] = (() => Z(3, 4).Squeeze(1), ["squeeze", "axis 1", "[3, 4]"]),
        ["expand"] = (() => Z(3, 4).Expand([3, 5]), ["expand", "[3, 4]", "[3, 5]"]),
        ["split"] = (() => Z(3, 4).Split(1, [1, 2], new Tensor[2]), ["split", "axis 1", "[3, 4]"]),
        ["concatenate"] = (() => Tensor.Concatenate(0, Z(3, 4), Z(3, 5)), ["concatenate", "[3, 4]", "[3, 5]", "axis 0"]),
        ["matmul"] = (() => Z(3, 4).MatMul(Z(3, 4)), ["matmul", "[3, 4]"]),
        ["matmul batches"] = (() => Z(2, 3, 4).MatMul(Z(3, 4, 3)), ["matmul", "[2]", "[3]"]),
        ["linear"] = (() => Z(3, 4).Linear(Z(5, 3)), ["linear", "[3, 4]", "[5, 3]"]),
        ["linear bias"] = (() => Z(3, 4).Linear(Z(5, 4), Z(4)), ["linear", "bias", "[5]", "[4]"]),
        ["grouped"] = (() => Z(3, 4).MatMulGrouped(Z(2, 5, 3), I(3)), ["grouped matmul", "[3, 4]", "[2, 5, 3]"]),
        ["rows"] = (() => Z(3, 4).Rows(Z(2)), ["rows", "Int32"]),
        ["gather"] = (() => Z(3, 4).Gather(1, I(2, 4)), ["gather", "axis 1", "[3, 4]", "[2, 4]"]),
        ["scatter"] = (() => Z(3, 4).ScatterAdd(1, I(3, 2), Z(3, 3)), ["scatter-add", "[3, 2]", "[3, 3]"]),
        ["top-k"] = (() => Z(3, 4).TopK(5), ["top-k", "4", "5"]),
        ["max of nothing"] = (() => Z(0, 4).Max([0]), ["max", "[0, 4]"]),
        ["argmax of nothing"] = (() => Z(3, 0).ArgMax(), ["argmax", "[3, 0]"]),
        ["layer norm"] = (() => Z(3, 4).LayerNorm(Z(3), default), ["layer norm", "[4]", "[3]"]),
        ["RMS norm"] = (() => Z(3, 4).RmsNorm(Z(3)), ["RMS norm", "[4]", "[3]"]),
        ["rotary"] = (() => Z(3, 2, 4).Rotary(Z(3, 3), Z(3, 3), RotaryPairing.Halves), ["rotary", "[3, 2, 4]", "[3, 3]"]),
        ["cross-entropy"] = (() => Z(3, 4).CrossEntropy(I(4)), ["cross-entropy", "[3]", "[4]"]),
        ["head cross-entropy"] = (() => Z(3, 4).HeadCrossEntropy(Z(9, 5), I(3)), ["head cross-entropy", "[3, 4]", "[9, 5]"]),
        ["attention heads"] = (() => Z(3, 4, 2).Attention(Z(3, 3, 2), Z(3, 3, 2), new(), new(0, 3), new(0, 3)), ["attention", "multiple", "4 and 3"]),
        ["attention rows"] = (() => Z(3, 4, 2).Attention(Z(3, 4, 2), Z(3, 4, 2), new(), new(0, 2), new(0, 3)), ["attention", "3 and 3", "2 and 3"]),
        ["attention sequences"] = (() => Z(3, 4, 2).Attention(Z(3, 4, 2), Z(3, 4, 2), new(), new(0, 2, 3), new(0, 3)), ["attention", "2 key sequences", "1"]),
        ["convolution"] = (() => Z(1, 2, 8, 8).Convolve2D(Z(3, 3, 2, 2), default), ["convolution", "[1, 2, 8, 8]", "[3, 3, 2, 2]", "channels"]),
        ["window"] = (() => Z(1, 2, 3, 3).Unfold(new SlidingWindow(4, 4)), ["sliding window", "[1, 2, 3, 3]"]),
        ["dropout"] = (() => Z(3).Dropout(1, default), ["dropout", "[0, 1)", "1"]),
        ["lstm"] = (() => Z(3, 8).LstmCell(Z(3, 3)), ["LSTM cell", "[3, 2]", "[3, 3]"]),
        ["gru"] = (() => Z(3, 6).GruCell(Z(3, 6), Z(2, 2)), ["GRU cell", "[3, 2]", "[2, 2]"]),
        ["too many axes"] = (() => Z(1, 1, 1, 1, 1, 1).Unsqueeze(0), ["shape", "6", "7"]),
        ["negative extent"] = (() => Z(3, -1), ["shape", "-1", "axis 1"]),
        ["values"] = (() => Tensor.From([1f, 2], [3]), ["from values", "3", "2"]),
    };

    public static TheoryData<string> Names => [.. Mistakes.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void NamesWhatDoesNotFit(string name)
    {
        using var scope = PoolScope.Open();
        var (mistake, named) = Mistakes[name];
        var error = Assert.Throws<InkstoneShapeException>(mistake);
        foreach (var part in named)
            Assert.Contains(part, error.Message);
    }

    [Fact]
    public void AShapeLargerThanMemoryCanCountOverflows() => Assert.Throws<OverflowException>(() => Shape.Create([int.MaxValue, int.MaxValue, int.MaxValue]));

    [Fact]
    public void AnIdWithoutARowIsRefusedByEveryBackend()
    {
        using var scope = PoolScope.Open();
        foreach (Backend backend in (Backend[])[ReferenceBackend.Double, new CpuBackend(threads: 2)])
            foreach (var id in (int[])[-1, 3, int.MaxValue])
            {
                var ids = Tensor.From([0, id], [2], backend);
                var table = Tensor.Zeros([3, 3], backend: backend);
                Assert.Contains("[0, 3)", Assert.Throws<InkstoneRequestException>(() => table.Rows(ids)).Message);
                Assert.Contains("[0, 3)", Assert.Throws<InkstoneRequestException>(() => table.Gather(0, ids.Reshape(2, 1).Expand([2, 3]))).Message);
                Assert.Contains("[0, 3)", Assert.Throws<InkstoneRequestException>(() => table.Slice(0, 0, 2).CrossEntropy(ids)).Message);
                Assert.Contains("[0, 3)", Assert.Throws<InkstoneRequestException>(() => table.Slice(0, 0, 2).MatMulGrouped(Tensor.Zeros([3, 2, 3], backend: backend), ids)).Message);
            }
    }

    private static Tensor Z(params int[] extents) => Tensor.Zeros(Shape.Create(extents), backend: ReferenceBackend.Double);

    private static Tensor I(params int[] extents) => Tensor.Zeros(Shape.Create(extents), ElementType.Int32, ReferenceBackend.Double);
}
