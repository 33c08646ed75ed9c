namespace Inkstone.Tensors;

/// <content>Sliding windows: one chunk of work for each image of the batch, or each of its channels.</content>
public sealed unsafe partial class CpuBackend
{
    internal override void Unfold(in Tensor x, SlidingWindow window, in Tensor y)
    {
        if (y.Count == 0)
            return;
        using var scope = PoolScope.Open();
        var target = DenseTarget(y);
        var action = new UnfoldAction(new WindowPlan(x.Shape, window), Pointer(Dense(x)), Pointer(target));
        _team.Run(checked(x.Shape[0] * action.Plan.OutHeight), action);
        Deliver(target, y);
    }

    internal override void Fold(in Tensor y, SlidingWindow window, in Tensor x)
    {
        if (x.Count == 0)
            return;
        using var scope = PoolScope.Open();
        var target = DenseTarget(x);
        Fill(target, 0);
        if (y.Count > 0)
            _team.Run(checked(x.Shape[0] * x.Shape[1]), new FoldAction(new WindowPlan(x.Shape, window), Pointer(Dense(y)), Pointer(target)));
        Deliver(target, x);
    }

    /// <summary>The extents of an image and of the places a window takes on it.</summary>
    private readonly struct WindowPlan(Shape image, SlidingWindow window)
    {
        public readonly SlidingWindow Window = window;
        public readonly int Channels = image[1], Height = image[2], Width = image[3];
        public readonly int OutHeight = (image[2] + 2 * window.PadHeight - window.Height) / window.StrideHeight + 1;
        public readonly int OutWidth = (image[3] + 2 * window.PadWidth - window.Width) / window.StrideWidth + 1;

        /// <summary>Elements of one patch.</summary>
        public nint PatchLength => (nint)Channels * Window.Height * Window.Width;
    }

    /// <summary>One chunk is a row of windows of one image.</summary>
    private readonly struct UnfoldAction(WindowPlan plan, float* x, float* y) : IChunkAction
    {
        private readonly float* _x = x, _y = y;

        public WindowPlan Plan => plan;

        public void Invoke(int chunk)
        {
            var (image, outRow) = Math.DivRem(chunk, plan.OutHeight);
            var window = plan.Window;
            var to = _y + (nint)chunk * plan.OutWidth * plan.PatchLength;
            for (var outColumn = 0; outColumn < plan.OutWidth; outColumn++)
                for (var channel = 0; channel < plan.Channels; channel++)
                    for (var i = 0; i < window.Height; i++)
                    {
                        var row = outRow * window.StrideHeight - window.PadHeight + i;
                        var column = outColumn * window.StrideWidth - window.PadWidth;
                        var from = _x + (((nint)image * plan.Channels + channel) * plan.Height + row) * plan.Width + column;
                        var rowInside = (uint)row < (uint)plan.Height;
                        for (var j = 0; j < window.Width; j++)
                            *to++ = rowInside && (uint)(column + j) < (uint)plan.Width ? from[j] : 0;
                    }
        }
    }

    /// <summary>One chunk is a channel of one image.</summary>
    private readonly struct FoldAction(WindowPlan plan, float* y, float* x) : IChunkAction
    {
        private readonly float* _x = x, _y = y;

        public void Invoke(int chunk)
        {
            var (image, channel) = Math.DivRem(chunk, plan.Channels);
            var window = plan.Window;
            for (var outRow = 0; outRow < plan.OutHeight; outRow++)
                for (var outColumn = 0; outColumn < plan.OutWidth; outColumn++)
                {
                    var place = ((nint)image * plan.OutHeight + outRow) * plan.OutWidth + outColumn;
                    var from = _y + place * plan.PatchLength + (nint)channel * window.Height * window.Width;
                    for (var i = 0; i < window.Height; i++, from += window.Width)
                    {
                        var row = outRow * window.StrideHeight - window.PadHeight + i;
                        var column = outColumn * window.StrideWidth - window.PadWidth;
                        if ((uint)row >= (uint)plan.Height)
                            continue;
                        var to = _x + ((nint)chunk * plan.Height + row) * plan.Width + column;
                        for (var j = 0; j < window.Width; j++)
                            if ((uint)(column + j) < (uint)plan.Width)
                                to[j] += from[j];
                    }
                }
        }
    }
}
