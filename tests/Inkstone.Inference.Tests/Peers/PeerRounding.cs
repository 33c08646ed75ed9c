using Inkstone.Models;
using Inkstone.Tensors;

namespace Inkstone.Inference.Tests;

/// <summary>Our network with what ggml rounds: before a product with weights of a format, activations go through that format.</summary>
internal static class PeerRounding
{
    /// <summary>The formats whose activations are rounded to the format itself.</summary>
    public static bool Knows(WeightFormat format) => format is WeightFormat.F16 or WeightFormat.BF16 or WeightFormat.Q8_0;

    /// <summary>Puts the rounding before every product with a matrix of a file.</summary>
    public static void Add(Module module)
    {
        if (module is IWeightHolder { Weight: FrozenWeight { Matrix.Format: var format } weight } holder && Knows(format))
            holder.Weight = new RoundedWeight(weight, format);
        else if (module is IWeightHolder { Weight: FrozenExpertWeight { Experts: { Count: > 0 } experts } stack } expertHolder && Knows(experts[0].Format))
            expertHolder.Weight = new RoundedWeight(stack, experts[0].Format);
        foreach (var child in module.Children)
            if (child is not LinearWeight)
                Add(child);
    }

    private sealed class RoundedWeight(LinearWeight inner, WeightFormat format) : LinearWeight
    {
        public override IEnumerable<Module> Children => [inner];

        public override int InputWidth => inner.InputWidth;

        public override int OutputWidth => inner.OutputWidth;

        public override Tensor Multiply(Tensor x, Pass pass, Tensor bias = default) => inner.Multiply(Rounded(x), pass, bias);

        public override Tensor MultiplyGrouped(Tensor x, Tensor expertOfRow, Pass pass) => inner.MultiplyGrouped(Rounded(x), expertOfRow, pass);

        public override Tensor Rows(Tensor ids) => inner.Rows(ids);

        public override Tensor CrossEntropy(Tensor x, Tensor targets, double scale, CrossEntropyOptions options, Tensor bias = default) => throw new NotSupportedException();

        private Tensor Rounded(Tensor x)
        {
            var numbers = x.ToArray();
            var bytes = new byte[format.ByteLength(numbers.Length)];
            WeightFormats.Quantize(format, numbers, [], bytes);
            WeightFormats.Dequantize(format, bytes, numbers);
            return Tensor.From(numbers, x.Shape, x.Backend);
        }
    }
}
