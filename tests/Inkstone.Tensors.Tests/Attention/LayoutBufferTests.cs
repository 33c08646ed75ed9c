using Inkstone.Foundation.Errors;

namespace Inkstone.Tensors.Tests;

public sealed class LayoutBufferTests
{
    [Fact]
    public void OneLayoutDescribesWhatItWasLastFilledWith()
    {
        var buffer = new LayoutBuffer();
        var layout = buffer.Layout;
        Assert.Equal((0, 0), (layout.SequenceCount, layout.RowCount));
        buffer.Fill([0, 2, 5], [7, 8, 0, 1, 2]);
        Assert.Equal((2, 5, 3, 1), (layout.SequenceCount, layout.RowCount, layout.LongestLength, layout.PositionOf(3, 1)));
        buffer.FillPaged([0, 70], [2, 1]);
        Assert.Equal((1, 70), (layout.SequenceCount, layout.RowCount));
        Assert.Equal(new[] { 0, 70 }, layout.Starts.ToArray());
        Assert.Equal(new[] { 2, 1 }, layout.Blocks);
        Assert.Null(layout.Positions);
        Assert.Same(layout, buffer.Layout);
    }

    [Fact]
    public void FillingAgainAllocatesNothing()
    {
        var (buffer, paged) = (new LayoutBuffer(), new LayoutBuffer());
        buffer.Fill([0, 2, 5], [7, 8, 0, 1, 2]);
        paged.FillPaged([0, 2, 5], [0, 64]);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            buffer.Fill([0, 3], [4, 5, 6]);
            paged.FillPaged([0, 3], [1]);
        }
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void WhatDescribesNoRowsIsRefused()
    {
        var buffer = new LayoutBuffer();
        Assert.Throws<InkstoneRequestException>(() => buffer.Fill([]));
        Assert.Throws<InkstoneRequestException>(() => buffer.Fill([0, 3, 2]));
        Assert.Throws<InkstoneRequestException>(() => buffer.Fill([0, 3], [0, 1]));
        Assert.Throws<InkstoneRequestException>(() => new TokenLayout(0, 3) { Positions = [0, 1] });
    }
}
