using Inkstone.Models;
using Inkstone.Tensors;

namespace Inkstone.Inference.Tests;

/// <summary>Our network with what ggml rounds: before a product with weights of a format, activations go through that format.</summary>
internal static class PeerRounding
{
    /// <summary>The formats whose activations are rounded to the format itself.</summary>
    public static bool Knows(WeightFormat format) => format is WeightFormat.F16 or WeightFormat.BF16 or WeightFormat.Q8_0;

    /// <summary>Puts the rounding before every product with a matrix of a file.</summary>
    /// <param name="module">The network.</param>
    /// <param name="factor">
    /// What activations are multiplied with before they are rounded. Near one it shows how far the rounding itself carries a last bit, which flips some activation to the next number.
    /// </param>
    public static void Add(Module module, float factor = 1)
    {
        if (module is IWeightHolder { Weight: FrozenWeight { Matrix.Format: var format } weight } holder && Knows(format))
            holder.Weight = new RoundedWeight(weight, format, factor);
        else if (module is IWeightHolder { Weight: FrozenExpertWeight { Experts: { Count: > 0 } experts } stack } expertHolder && Knows(experts[0].Format))
            expertHolder.Weight = new RoundedWeight(stack, experts[0].Format, factor);
        foreach (var child in module.Children)
            if (child is not LinearWeight)
                Add(child, factor);
    }

    private sealed class RoundedWeight(LinearWeight inner, WeightFormat format, float factor) : LinearWeight
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
            foreach (ref var number in numbers.AsSpan())
                number *= factor;
            if (format == WeightFormat.Q8_0)
                for (var first = 0; first < numbers.Length; first += 32)
                    RoundBlock(numbers.AsSpan(first, 32));
            else
            {
                var bytes = new byte[format.ByteLength(numbers.Length)];
                WeightFormats.Quantize(format, numbers, [], bytes);
                WeightFormats.Dequantize(format, bytes, numbers);
            }
            return Tensor.From(numbers, x.Shape, x.Backend);
        }

        /// <summary>A block by its largest magnitude alone, the scale in half precision, as activations are rounded.</summary>
        private static void RoundBlock(Span<float> block)
        {
            var largest = 0f;
            foreach (var number in block)
                largest = Math.Max(largest, Math.Abs(number));
            var (scale, inverse) = ((float)(Half)(largest / 127), largest > 0 ? 127 / largest : 0);
            foreach (ref var number in block)
                number = MathF.Round(number * inverse) * scale;
        }
    }
}
