namespace Inkstone.Tensors;

public readonly partial struct Tensor
{
    /// <summary>
    /// The patches under a sliding window over [batch, channels, height, width]: [batch, out height · out width, channels · kernel height · kernel width],
    /// zeros outside. out = (extent + 2·pad − kernel) / stride + 1, rounded down.
    /// </summary>
    public Tensor Unfold(SlidingWindow window) => UnfoldOperation.Apply(this, window);

    /// <summary>
    /// A two-dimensional convolution (cross-correlation, as the field says): x [batch, channels, height, width], weight [out channels, channels, kernel height,
    /// kernel width], bias [out channels] or missing, result [batch, out channels, out height, out width].
    /// </summary>
    public Tensor Convolve2D(in Tensor weight, in Tensor bias, int strideHeight = 1, int strideWidth = 1, int padHeight = 0, int padWidth = 0)
    {
        ShapeError.RequireRank("convolution", this, 4, "an input [batch, channels, height, width]");
        ShapeError.RequireRank("convolution", weight, 4, "a weight [out, channels, height, width]");
        if (weight.Shape[1] != _shape[1])
            throw ShapeError.Of("convolution", _shape, weight.Shape, "equal channels");
        var window = new SlidingWindow(weight.Shape[2], weight.Shape[3], strideHeight, strideWidth, padHeight, padWidth);
        var (height, width) = UnfoldOperation.OutputExtents(_shape, window);
        var patches = Unfold(window);
        var y = patches.Linear(weight.Reshape(weight.Shape[0], patches.Shape[2]), bias);
        return y.Transpose(1, 2).Reshape(_shape[0], weight.Shape[0], height, width);
    }

    /// <summary>
    /// A one-dimensional convolution: x [batch, channels, length], weight [out channels, channels, kernel], bias [out channels] or missing, result
    /// [batch, out channels, out length].
    /// </summary>
    public Tensor Convolve1D(in Tensor weight, in Tensor bias, int stride = 1, int pad = 0) =>
        Unsqueeze(2).Convolve2D(weight.Unsqueeze(2), bias, 1, stride, 0, pad).Squeeze(2);
}

/// <summary>y = patches of x; dx sums the patches' gradients where they overlap.</summary>
internal sealed class UnfoldOperation : Operation
{
    private Shape _x;
    private SlidingWindow _window;

    public static Tensor Apply(in Tensor x, SlidingWindow window)
    {
        ShapeError.RequireRank("unfold", x, 4, "an input [batch, channels, height, width]");
        var (height, width) = OutputExtents(x.Shape, window);
        var y = Tensor.Empty([x.Shape[0], checked(height * width), checked(x.Shape[1] * window.Height * window.Width)], x.Type, x.Backend);
        x.Backend.Unfold(x, window, y);
        if (!Tape.Tracks(x))
            return y;
        var operation = Tape.Add<UnfoldOperation>(x);
        (operation._x, operation._window) = (x.Shape, window);
        return operation.Output(y);
    }

    public static (int Height, int Width) OutputExtents(in Shape x, SlidingWindow window)
    {
        var height = x[2] + 2 * window.PadHeight - window.Height;
        var width = x[3] + 2 * window.PadWidth - window.Width;
        if (height < 0 || width < 0 || window.StrideHeight < 1 || window.StrideWidth < 1 || window.Height < 1 || window.Width < 1)
            throw ShapeError.Of("sliding window", $"a window that fits into {x}", $"{window}");
        return (height / window.StrideHeight + 1, width / window.StrideWidth + 1);
    }

    public override void Backward()
    {
        var dy = OutputGradient();
        var dx = Tensor.Empty(_x, dy.Type, dy.Backend);
        dx.Backend.Fold(dy, _window, dx);
        Send(0, dx);
    }

    protected override void Forget()
    {
    }
}
