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
        buffer.Fill([0, 70], blockRows: [128, 64], blockSize: 64);
        Assert.Equal((1, 70, 64), (layout.SequenceCount, layout.RowCount, layout.BlockSize));
        Assert.Equal(new[] { 0, 70 }, layout.Starts.ToArray());
        Assert.Equal(new[] { 128, 64 }, layout.BlockRows);
        Assert.Null(layout.Positions);
        Assert.Same(layout, buffer.Layout);
    }

    [Fact]
    public void FillingAgainAllocatesNothing()
    {
        var buffer = new LayoutBuffer();
        buffer.Fill([0, 2, 5], [7, 8, 0, 1, 2], [0, 64], 64);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
            buffer.Fill([0, 3], [4, 5, 6], [64], 64);
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
