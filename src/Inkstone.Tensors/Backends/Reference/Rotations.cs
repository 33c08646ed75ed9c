namespace Inkstone.Tensors;

/// <content>Rotary position embedding.</content>
public sealed partial class ReferenceBackend
{
    internal override void Rotary(in Tensor x, in Tensor cosine, in Tensor sine, RotaryPairing pairing, bool inverse, in Tensor y)
    {
        var (xs, ys, cosines, sines) = (new Cells(x), new Cells(y), new Cells(cosine), new Cells(sine));
        var half = cosine.Shape[1];
        for (var row = 0; row < x.Shape[0]; row++)
        {
            for (var head = 0; head < x.Shape[1]; head++)
            {
                var from = row * x.Strides[0] + head * x.Strides[1];
                var to = row * y.Strides[0] + head * y.Strides[1];
                for (var i = 0; i < half; i++)
                {
                    var (first, second) = pairing == RotaryPairing.Halves ? (i, i + half) : (2 * i, 2 * i + 1);
                    var (a, b) = (xs[from + first * x.Strides[2]], xs[from + second * x.Strides[2]]);
                    var c = cosines[row * cosine.Strides[0] + i * cosine.Strides[1]];
                    var s = sines[row * sine.Strides[0] + i * sine.Strides[1]] * (inverse ? -1 : 1);
                    ys[to + first * y.Strides[2]] = a * c - b * s;
                    ys[to + second * y.Strides[2]] = a * s + b * c;
                }
                for (var i = 2 * half; i < x.Shape[2]; i++)
                    ys[to + i * y.Strides[2]] = xs[from + i * x.Strides[2]];
            }
        }
    }
}
