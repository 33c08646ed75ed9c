using Inkstone.TestKit;

namespace Inkstone.Tensors.Tests;

/// <summary>PyTorch's answers for the operations, forward and backward.</summary>
public class GoldenOpTests
{
    private static readonly Golden Vectors = Golden.Load("ops.json");

    private static readonly Dictionary<string, Func<Tensor[], GoldenCase, Tensor>> Functions = new()
    {
        ["matmul_7x33_33x19"] = (t, _) => t[0].MatMul(t[1]),
        ["batched_matmul"] = (t, _) => t[0].MatMul(t[1]),
        ["broadcast_add"] = (t, _) => t[0] + t[1],
        ["broadcast_mul"] = (t, _) => t[0] * t[1],
        ["div"] = (t, _) => t[0] / t[1],
        ["exp"] = (t, _) => t[0].Exp(),
        ["tanh"] = (t, _) => t[0].Tanh(),
        ["sigmoid"] = (t, _) => t[0].Sigmoid(),
        ["relu"] = (t, _) => t[0].Relu(),
        ["silu"] = (t, _) => t[0].Silu(),
        ["gelu_erf"] = (t, _) => t[0].GeluErf(),
        ["softplus"] = (t, _) => t[0].Softplus(),
        ["gelu_tanh"] = (t, _) => t[0].GeluTanh(),
        ["softmax_last"] = (t, _) => t[0].Softmax(),
        ["log_softmax_last"] = (t, _) => t[0].LogSoftmax(),
        ["mean_dim1"] = (t, _) => t[0].Mean([1]),
        ["sum_dims_0_2"] = (t, _) => t[0].Sum([0, 2]),
        ["max_dim"] = (t, _) => t[0].Max([-1]),
        ["permute_reshape"] = (t, _) => t[0].Permute(0, 2, 1, 3).Reshape(2, 4, -1) * 1.5,
        ["slice_cat"] = (t, _) => Tensor.Concatenate(1, t[0].Slice(1, 1, 2), t[1]),
        ["embedding"] = (t, c) => t[0].Rows(c.Tensor("indices").ToIntegers(t[0].Backend)),
        ["layer_norm"] = (t, _) => t[0].LayerNorm(t[1], t[2]),
        ["rms_norm"] = (t, _) => t[0].RmsNorm(t[1]),
        ["cross_entropy"] = (t, c) => t[0].CrossEntropy(c.Tensor("targets").ToIntegers(t[0].Backend)).Sum() / 4, // one of five rows is ignored
        ["cross_entropy_sum"] = (t, c) => t[0].CrossEntropy(c.Tensor("targets").ToIntegers(t[0].Backend)).Sum(),
        ["cross_entropy_smooth0.1"] = (t, c) => t[0].CrossEntropy(c.Tensor("targets").ToIntegers(t[0].Backend), new(Smoothing: 0.1)).Sum() / 4,
        ["mse"] = (t, _) => t[0].MeanSquaredError(t[1]),
        ["bce_logits"] = (t, _) => t[0].BinaryCrossEntropy(Tensor.From([0f, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1], [3, 4], t[0].Backend)),
        ["kl_div_batchmean"] = (t, _) => t[0].LogSoftmax().KullbackLeibler(Tensor.From(Enumerable.Range(0, 20).Select(i => (float)i).ToArray(), [4, 5], t[0].Backend).Softmax()),
        ["conv1d_stride2_pad1"] = (t, _) => t[0].Convolve1D(t[1], t[2], stride: 2, pad: 1),
        ["conv2d_patch4"] = (t, _) => t[0].Convolve2D(t[1], t[2], 4, 4),
        ["causal_attention"] = (t, _) => Attend(t, AttentionMask.Causal),
        ["cross_attention_full"] = (t, _) => Attend(t, AttentionMask.Bidirectional),
        ["grouped_query_causal_attention_6q_2kv"] = (t, _) => Attend(t, AttentionMask.Causal),
        ["rope_rotate_half"] = (t, _) => Rotate(t[0], RotaryPairing.Halves),
        ["rope_interleaved"] = (t, _) => Rotate(t[0], RotaryPairing.Interleaved),
    };

    public static TheoryData<string> Names => [.. Vectors.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void AgreesWithPyTorch(string name)
    {
        var golden = Vectors[name];
        Backend[] backends = [ReferenceBackend.Single, .. Enum.GetValues<VectorWidth>().Select(w => new CpuBackend(w, threads: 2))];
        foreach (var backend in backends)
        {
            using var scope = PoolScope.Open();
            using var tape = Tape.Record();
            var inputs = golden.Tensors("inputs").Select(t => tape.Watch(t!.ToTensor(backend))).ToArray();
            var result = Functions[name](inputs, golden);
            TensorAssert.Close(golden.Tensor("output"), result, 1e-5, $"{name}, {backend.Name}");
            tape.Backward(result, golden.Tensor("output_grad").ToTensor(backend));
            var gradients = golden.Tensors("input_grads");
            for (var i = 0; i < gradients.Length; i++)
                TensorAssert.Close(gradients[i]!, tape.Gradient(inputs[i]), 1e-4, $"{name}, gradient of input {i}, {backend.Name}");
        }
    }

    /// <summary>PyTorch's [batch, heads, rows, width] as flat rows and back.</summary>
    private static Tensor Attend(Tensor[] t, AttentionMask mask)
    {
        var (batch, queries, keys) = (t[0].Shape[0], t[0].Shape[2], t[1].Shape[2]);
        var y = Flat(t[0]).Attention(Flat(t[1]), Flat(t[2]), new() { Mask = mask }, TokenLayout.Uniform(batch, queries), TokenLayout.Uniform(batch, keys));
        return y.Reshape(batch, queries, y.Shape[1], y.Shape[2]).Transpose(1, 2);
    }

    private static Tensor Rotate(in Tensor x, RotaryPairing pairing)
    {
        var (batch, rows, half) = (x.Shape[0], x.Shape[2], x.Shape[3] / 2);
        var angles = new double[batch * rows * half];
        for (var i = 0; i < angles.Length; i++)
            angles[i] = i / half % rows * Math.Pow(10000, -(double)(i % half) / half);
        var angle = Tensor.From(angles, [batch * rows, half], x.Backend);
        var y = Flat(x).Rotary(angle.Cos(), angle.Sin(), pairing);
        return y.Reshape(batch, rows, x.Shape[1], x.Shape[3]).Transpose(1, 2);
    }

    private static Tensor Flat(in Tensor x) => x.Transpose(1, 2).Reshape(x.Shape[0] * x.Shape[2], x.Shape[1], x.Shape[3]);
}
