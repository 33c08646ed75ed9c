namespace Inkstone.Tensors;

/// <content>Recurrent cells. Gates lie side by side in a row, each as wide as the cell.</content>
public sealed partial class ReferenceBackend
{
    internal override void LstmCell(in Tensor gates, in Tensor c0, in Tensor c, in Tensor h)
    {
        var (gs, olds, cs, hs) = (new Cells(gates), new Cells(c0), new Cells(c), new Cells(h));
        var (width, step) = (c0.Shape[1], gates.Strides[1]);
        var walk = new Walk(c0.Shape, c0, c, h);
        while (walk.Next())
        {
            var place = walk.Index / width * gates.Strides[0] + walk.Index % width * step;
            var input = gs[place] = ScalarFunctions.Sigmoid(gs[place]);
            var forget = gs[place + width * step] = ScalarFunctions.Sigmoid(gs[place + width * step]);
            var cell = gs[place + 2 * width * step] = Math.Tanh(gs[place + 2 * width * step]);
            var output = gs[place + 3 * width * step] = ScalarFunctions.Sigmoid(gs[place + 3 * width * step]);
            var value = forget * olds[walk.A] + input * cell;
            cs[walk.B] = value;
            hs[walk.C] = output * Math.Tanh(value);
        }
    }

    internal override void LstmCellGradient(
        in Tensor gates, in Tensor c0, in Tensor c, in Tensor dc, in Tensor dh, in Tensor dgates, in Tensor dc0)
    {
        var (gs, olds, cs, dgs, dolds) = (new Cells(gates), new Cells(c0), new Cells(c), new Cells(dgates), new Cells(dc0));
        var (dcs, dhs) = (Optional(dc), Optional(dh));
        var (width, step, dstep) = (c0.Shape[1], gates.Strides[1], dgates.Strides[1]);
        var gradients = new Walk(c0.Shape, dc, dh);
        var walk = new Walk(c0.Shape, c0, c, dc0);
        while (walk.Next() && gradients.Next())
        {
            var place = walk.Index / width * gates.Strides[0] + walk.Index % width * step;
            var (input, forget, cell, output) = (gs[place], gs[place + width * step], gs[place + 2 * width * step], gs[place + 3 * width * step]);
            var squeezed = Math.Tanh(cs[walk.B]);
            var hidden = dh.IsMissing ? 0 : dhs[gradients.B];
            var total = (dc.IsMissing ? 0 : dcs[gradients.A]) + hidden * output * (1 - squeezed * squeezed);
            place = walk.Index / width * dgates.Strides[0] + walk.Index % width * dstep;
            dgs[place] = total * cell * input * (1 - input);
            dgs[place + width * dstep] = total * olds[walk.A] * forget * (1 - forget);
            dgs[place + 2 * width * dstep] = total * input * (1 - cell * cell);
            dgs[place + 3 * width * dstep] = hidden * squeezed * output * (1 - output);
            dolds[walk.C] = total * forget;
        }
    }

    internal override void GruCell(in Tensor x, in Tensor u, in Tensor h0, in Tensor gates, in Tensor h)
    {
        var (xs, us, olds, gs, hs) = (new Cells(x), new Cells(u), new Cells(h0), new Cells(gates), new Cells(h));
        var width = h0.Shape[1];
        for (var row = 0; row < h0.Shape[0]; row++)
        {
            for (var i = 0; i < width; i++)
            {
                var (input, inputStep) = (row * x.Strides[0] + i * x.Strides[1], width * x.Strides[1]);
                var (recurrent, recurrentStep) = (row * u.Strides[0] + i * u.Strides[1], width * u.Strides[1]);
                var reset = ScalarFunctions.Sigmoid(xs[input] + us[recurrent]);
                var update = ScalarFunctions.Sigmoid(xs[input + inputStep] + us[recurrent + recurrentStep]);
                var fresh = Math.Tanh(xs[input + 2 * inputStep] + reset * us[recurrent + 2 * recurrentStep]);
                var place = row * gates.Strides[0] + i * gates.Strides[1];
                gs[place] = reset;
                gs[place + width * gates.Strides[1]] = update;
                gs[place + 2 * width * gates.Strides[1]] = fresh;
                hs[row * h.Strides[0] + i * h.Strides[1]] = (1 - update) * fresh + update * olds[row * h0.Strides[0] + i * h0.Strides[1]];
            }
        }
    }

    internal override void GruCellGradient(
        in Tensor u, in Tensor h0, in Tensor gates, in Tensor dh, in Tensor dx, in Tensor du, in Tensor dh0)
    {
        var (us, olds, gs, dhs) = (new Cells(u), new Cells(h0), new Cells(gates), new Cells(dh));
        var (dxs, dus, dolds) = (new Cells(dx), new Cells(du), new Cells(dh0));
        var width = h0.Shape[1];
        for (var row = 0; row < h0.Shape[0]; row++)
        {
            for (var i = 0; i < width; i++)
            {
                var place = row * gates.Strides[0] + i * gates.Strides[1];
                var (reset, update, fresh) = (gs[place], gs[place + width * gates.Strides[1]], gs[place + 2 * width * gates.Strides[1]]);
                var gradient = dhs[row * dh.Strides[0] + i * dh.Strides[1]];
                var dfresh = gradient * (1 - update) * (1 - fresh * fresh);
                var dupdate = gradient * (olds[row * h0.Strides[0] + i * h0.Strides[1]] - fresh) * update * (1 - update);
                var dreset = dfresh * us[row * u.Strides[0] + (2 * width + i) * u.Strides[1]] * reset * (1 - reset);
                place = row * dx.Strides[0] + i * dx.Strides[1];
                dxs[place] = dreset;
                dxs[place + width * dx.Strides[1]] = dupdate;
                dxs[place + 2 * width * dx.Strides[1]] = dfresh;
                place = row * du.Strides[0] + i * du.Strides[1];
                dus[place] = dreset;
                dus[place + width * du.Strides[1]] = dupdate;
                dus[place + 2 * width * du.Strides[1]] = dfresh * reset;
                dolds[row * dh0.Strides[0] + i * dh0.Strides[1]] = gradient * update;
            }
        }
    }
}
