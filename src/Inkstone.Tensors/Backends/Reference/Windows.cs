namespace Inkstone.Tensors;

/// <content>Sliding windows.</content>
public sealed partial class ReferenceBackend
{
    internal override void Unfold(in Tensor x, SlidingWindow window, in Tensor y)
    {
        var (xs, ys) = (new Cells(x), new Cells(y));
        foreach (var (image, patch) in Covered(x, window, y))
            ys[patch] = image < 0 ? 0 : xs[image];
    }

    internal override void Fold(in Tensor y, SlidingWindow window, in Tensor x)
    {
        Fill(x, 0);
        var (xs, ys) = (new Cells(x), new Cells(y));
        foreach (var (image, patch) in Covered(x, window, y))
            if (image >= 0)
                xs[image] += ys[patch];
    }

    /// <summary>
    /// Every place of the patches [batch, out height · out width, channels · kernel height · kernel width] with the place of the image
    /// [batch, channels, height, width] it shows, −1 in the padding.
    /// </summary>
    private static IEnumerable<(long Image, long Patch)> Covered(Tensor image, SlidingWindow window, Tensor patches)
    {
        var outWidth = (image.Shape[3] + 2 * window.PadWidth - window.Width) / window.StrideWidth + 1;
        for (var batch = 0; batch < image.Shape[0]; batch++)
            for (var place = 0; place < patches.Shape[1]; place++)
                for (var element = 0; element < patches.Shape[2]; element++)
                {
                    var channel = element / (window.Height * window.Width);
                    var row = place / outWidth * window.StrideHeight - window.PadHeight + element / window.Width % window.Height;
                    var column = place % outWidth * window.StrideWidth - window.PadWidth + element % window.Width;
                    var inside = (uint)row < (uint)image.Shape[2] && (uint)column < (uint)image.Shape[3];
                    yield return (
                        inside ? batch * image.Strides[0] + channel * image.Strides[1] + row * image.Strides[2] + column * image.Strides[3] : -1,
                        batch * patches.Strides[0] + place * patches.Strides[1] + element * patches.Strides[2]);
                }
    }
}
