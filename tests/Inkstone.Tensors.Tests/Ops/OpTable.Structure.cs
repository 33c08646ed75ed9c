namespace Inkstone.Tensors.Tests;

internal static partial class OpTable
{
    private static IEnumerable<OpRow> Viewing()
    {
        yield return new("reshape", t => t[0].Reshape(2, -1) * 2) { Small = [[N(3, 4)], [N(2, 1, 3)], [N(6, 1)]], Large = [[N(310, 257)]] };
        yield return new("permute", t => t[0].Permute(2, 0, 1) * 2) { Small = [[N(3, 2, 4)], [N(1, 1, 1)], [N(2, 0, 3)]], Large = [[N(37, 41, 53)]] };
        yield return new("permuted copy", t => t[0].Permute(2, 1, 0).Contiguous()) { Small = [[N(3, 2, 4)]], Large = [[N(37, 41, 53)], [N(67, 1, 131)]] };
        yield return new("heads to front", t => t[0].Permute(0, 2, 1, 3).Contiguous()) { Small = [[N(2, 3, 2, 2)]], Large = [[N(3, 37, 4, 16)]] };
        yield return new("slice", t => t[0].Slice(1, 1, 2) + t[0].Slice(1, 0, 2)) { Small = [[N(3, 4)], [N(2, 3, 2)]], Large = [[N(311, 257)], [N(3, 4, 1001)]] };
        yield return new("select", t => t[0].Select(0, 1)) { Small = [[N(3, 4)], [N(2)]], Large = [[N(4, 311, 97)]] };
        yield return new("expand", t => t[0].Expand([3, 4, 5]) * 2) { Small = [[N(4, 1)], [N(1, 1, 5)], [N()]] };
        yield return new("unsqueeze", t => t[0].Unsqueeze(1).Unsqueeze(-1)) { Small = [[N(3, 4)], [N(2)]] };
        yield return new("concatenate", t => Tensor.Concatenate(1, t)) { Small = [[N(2, 3), N(2, 1), N(2, 0)], [N(2, 1, 2), N(2, 2, 2)]], Large = [[N(311, 97), N(311, 131)]] };
        yield return new("concatenate in front", t => Tensor.Concatenate(0, t)) { Small = [[N(3), N(1)]], Large = [[N(311, 97), N(17, 97)]] };
        yield return new("split", t => Ends(t[0], t[0].Shape[1])) { Small = [[N(2, 4)], [N(2, 3, 2)]], Large = [[N(311, 257)]] };
        yield return new("gradients that add up", t => t[0] * t[0] + t[0].Transpose().Contiguous().Transpose() + t[0]) { Small = [[N(3, 3)]], Large = [[N(257, 257)]] };
        yield return new("recompute", t => Recompute.Run(x => (x.Span[0] * x.Span[1]).Tanh(), t[0], t[1])) { Small = [[N(3, 4), N(4)]], Large = [[N(311, 257), N(257)]] };
    }

    /// <summary>The first and last columns multiplied; the middle part, if any, is not used.</summary>
    private static Tensor Ends(in Tensor x, int columns)
    {
        var parts = new Tensor[3];
        x.Split(1, [1, columns - 2, 1], parts);
        return parts[0] * parts[2];
    }

    private static IEnumerable<OpRow> Indexing()
    {
        yield return new("rows", t => t[0].Rows(t[1])) { Small = [[N(4, 3), I(4, 2, 3)], [N(1, 1), I(1, 3)], [N(5), I(5, 4)], [N(3, 2), I(3, 0)], [N(3, 2, 2), I(3, 4)]], Large = [[N(211, 97), I(211, 613)]] };
        yield return new("gather", t => t[0].Gather(1, t[1])) { Small = [[N(3, 4), I(4, 3, 2)], [N(2, 3, 2), I(3, 2, 5, 2)]], Large = [[N(61, 257), I(257, 61, 31)]] };
        yield return new("scatter-add", t => t[0].ScatterAdd(1, t[1], t[2])) { Small = [[N(3, 4), I(4, 3, 6), N(3, 6)], [N(2, 2, 2), I(2, 2, 3, 2), N(2, 3, 2)]], Large = [[N(61, 257), I(257, 61, 311), N(61, 311)]] };
    }

    private static IEnumerable<OpRow> Products()
    {
        yield return new("matmul", t => t[0].MatMul(t[1])) { Small = [[N(3, 4), N(4, 2)], [N(1, 1), N(1, 1)], [N(2, 0), N(0, 3)], [N(0, 2), N(2, 3)], [N(2, 1, 2, 3), N(3, 3, 2)]], Large = [[N(97, 131), N(131, 67)], [N(3, 2, 37, 16), N(2, 16, 41)], [N(5, 37, 16), N(16, 41)]] };
        yield return new("matmul, first transposed", t => t[0].MatMul(t[1], transposeThis: true)) { Small = [[N(4, 3), N(4, 2)]], Large = [[N(131, 97), N(131, 67)], [N(3, 2, 16, 37), N(2, 16, 41)]] };
        yield return new("matmul, second transposed", t => t[0].MatMul(t[1], transposeOther: true)) { Small = [[N(3, 4), N(2, 4)]], Large = [[N(97, 131), N(67, 131)], [N(3, 2, 37, 16), N(2, 41, 16)]] };
        yield return new("matmul, both transposed", t => t[0].MatMul(t[1], true, true)) { Small = [[N(4, 3), N(2, 4)]], Large = [[N(131, 97), N(67, 131)]] };
        yield return new("matmul of heads", t => t[0].Permute(0, 2, 1, 3).MatMul(t[1].Permute(0, 2, 1, 3), transposeOther: true)) { Small = [[N(2, 3, 2, 2), N(2, 2, 2, 2)]], Large = [[N(3, 37, 4, 16), N(3, 41, 4, 16)]] };
        yield return new("linear", t => t[0].Linear(t[1], t[2])) { Small = [[N(3, 4), N(2, 4), N(2)], [N(2, 3, 2), N(4, 2), N(4)], [N(4), N(2, 4), N(2)], [N(0, 3), N(2, 3), N(2)]], Large = [[N(311, 97), N(131, 97), N(131)]] };
        yield return new("linear without bias", t => t[0].Linear(t[1])) { Small = [[N(3, 4), N(2, 4)]], Large = [[N(311, 97), N(131, 97)]] };
        yield return new("frozen linear", t => t[0].Linear(Frozen(t[0]), t.Length > 1 ? t[1] : default)) { Small = [[N(3, 5)], [N(1, 1)], [N(0, 4)]], Large = [[N(70, 129)]] };
        yield return new("frozen grouped linear", t => t[0].MatMulGrouped(FrozenStack(t[0]), t[1])) { Small = [[N(5, 4), I(3, 5)], [N(1, 1), I(1, 1)]], Large = [[N(70, 128), I(3, 70)]] };
        yield return new("grouped matmul", t => t[0].MatMulGrouped(t[1], t[2])) { Small = [[N(5, 3), N(3, 2, 3), I(3, 5)], [N(1, 1), N(1, 1, 1), I(1, 1)], [N(0, 2), N(2, 2, 2), I(2, 0)]], Large = [[N(157, 33), N(5, 41, 33), I(5, 157)]] };
        yield return new("unfold", t => t[0].Unfold(new SlidingWindow(2, 3, 2, 1, 1, 1))) { Small = [[N(1, 2, 3, 4)], [N(2, 1, 2, 1)]], Large = [[N(2, 3, 33, 41)]] };
        yield return new("convolution in one dimension", t => t[0].Convolve1D(t[1], t[2], stride: 2, pad: 1)) { Small = [[N(2, 2, 5), N(3, 2, 3), N(3)]], Large = [[N(2, 5, 211), N(7, 5, 3), N(7)]] };
        yield return new("convolution in two dimensions", t => t[0].Convolve2D(t[1], t[2], 2, 2)) { Small = [[N(1, 2, 4, 4), N(3, 2, 2, 2), N(3)]], Large = [[N(2, 3, 32, 48), N(16, 3, 4, 4), N(16)]] };
    }

    private static IEnumerable<OpRow> Recurrent()
    {
        yield return new("lstm hidden", t => t[0].LstmCell(t[1]).Hidden) { Small = [[N(3, 8), N(3, 2)], [N(1, 4), N(1, 1)], [N(0, 4), N(0, 1)]], Large = [[N(67, 4 * 97), N(67, 97)]] };
        yield return new("lstm cell", t => t[0].LstmCell(t[1]).Cell) { Small = [[N(3, 8), N(3, 2)]], Large = [[N(67, 4 * 97), N(67, 97)]] };
        yield return new("lstm both", t => { var (h, c) = t[0].LstmCell(t[1]); return h * c; }) { Small = [[N(3, 8), N(3, 2)]], Large = [[N(67, 4 * 97), N(67, 97)]] };
        yield return new("gru", t => t[0].GruCell(t[1], t[2])) { Small = [[N(3, 6), N(3, 6), N(3, 2)], [N(1, 3), N(1, 3), N(1, 1)], [N(0, 3), N(0, 3), N(0, 1)]], Large = [[N(67, 291), N(67, 291), N(67, 97)]] };
    }

    /// <summary>A weight of seven rows in half precision.</summary>
    private static FrozenMatrix Frozen(in Tensor x) => FrozenMatrix.Create(InHalves(7, x.Shape[1]), x.Backend);

    /// <summary>Three experts of two rows each.</summary>
    private static FrozenExperts FrozenStack(in Tensor x) => FrozenExperts.Create(InHalves(6, x.Shape[1]), 3, x.Backend);

    /// <summary>Normal numbers in half precision, in memory that the collector keeps.</summary>
    private static unsafe StoredMatrix InHalves(int rows, int columns)
    {
        var numbers = Tensor.RandomNormal([rows, columns], Foundation.Randomness.Rng.From(3), 1, 0, ReferenceBackend.Single).ToArray();
        var bytes = GC.AllocateArray<byte>(2 * numbers.Length, pinned: true);
        WeightFormats.Quantize(WeightFormat.F16, numbers, [], bytes);
        return StoredMatrix.At(WeightFormat.F16, rows, columns, (byte*)System.Runtime.InteropServices.Marshal.UnsafeAddrOfPinnedArrayElement(bytes, 0), bytes);
    }
}
