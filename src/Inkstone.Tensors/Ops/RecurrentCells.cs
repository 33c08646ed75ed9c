namespace Inkstone.Tensors;

public readonly partial struct Tensor
{
    /// <summary>
    /// One LSTM step (Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000). This tensor holds the gates before their functions,
    /// [rows, 4·width] in PyTorch's order input, forget, cell, output: c = σ(f)·c0 + σ(i)·tanh(g), h = σ(o)·tanh(c).
    /// </summary>
    public (Tensor Hidden, Tensor Cell) LstmCell(in Tensor cell) => LstmCellOperation.Apply(this, cell);

    /// <summary>
    /// One GRU step in PyTorch's form (Cho et al. 2014). This tensor is the input's share of the gates [rows, 3·width] in the order reset, update, new;
    /// <paramref name="recurrent"/> the hidden state's share, its bias included: h = (1 − z)·n + z·h0 with n = tanh(xn + r·un).
    /// </summary>
    public Tensor GruCell(in Tensor recurrent, in Tensor hidden) => GruCellOperation.Apply(this, recurrent, hidden);
}

/// <summary>An LSTM step.</summary>
internal sealed class LstmCellOperation : Operation
{
    private Tensor _gates;
    private Tensor _c0;
    private Tensor _c;

    public static (Tensor Hidden, Tensor Cell) Apply(in Tensor gates, in Tensor c0)
    {
        ShapeError.RequireRank("LSTM cell", gates, 2, "gates [rows, 4 width]");
        ShapeError.RequireShape("LSTM cell", c0, [gates.Shape[0], gates.Shape[1] / 4], "a cell");
        var saved = Tensor.Empty(gates.Shape, gates.Type, gates.Backend);
        saved.Backend.Copy(gates, saved);
        var c = Tensor.Empty(c0.Shape, c0.Type, c0.Backend);
        var h = Tensor.Empty(c0.Shape, c0.Type, c0.Backend);
        saved.Backend.LstmCell(saved, c0, c, h);
        if (!Tape.Tracks(gates, c0))
            return (h, c);
        var operation = Tape.Add<LstmCellOperation>(gates, c0);
        (operation._gates, operation._c0, operation._c) = (saved, c0.AtNode(0), c);
        return (operation.Output(h), operation.Output(c));
    }

    public override void Backward()
    {
        var dgates = _gates.EmptyLike();
        var dc0 = Tensor.Empty(_c0.Shape, _c0.Type, _c0.Backend);
        dgates.Backend.LstmCellGradient(_gates, _c0, _c, OutputGradient(1), OutputGradient(0), dgates, dc0);
        Send(0, dgates);
        Send(1, dc0);
    }

    protected override void Forget() => _gates = _c0 = _c = default;
}

/// <summary>A GRU step.</summary>
internal sealed class GruCellOperation : Operation
{
    private Tensor _recurrent;
    private Tensor _hidden;
    private Tensor _gates;

    public static Tensor Apply(in Tensor x, in Tensor recurrent, in Tensor hidden)
    {
        ShapeError.RequireRank("GRU cell", x, 2, "gates [rows, 3 width]");
        ShapeError.RequireShape("GRU cell", recurrent, x.Shape, "the hidden state's gates");
        ShapeError.RequireShape("GRU cell", hidden, [x.Shape[0], x.Shape[1] / 3], "a hidden state");
        var gates = Tensor.Empty(x.Shape, x.Type, x.Backend);
        var h = Tensor.Empty(hidden.Shape, hidden.Type, hidden.Backend);
        x.Backend.GruCell(x, recurrent, hidden, gates, h);
        if (!Tape.Tracks(x, recurrent, hidden))
            return h;
        var operation = Tape.Add<GruCellOperation>(x, recurrent, hidden);
        (operation._recurrent, operation._hidden, operation._gates) = (recurrent.AtNode(0), hidden.AtNode(0), gates);
        return operation.Output(h);
    }

    public override void Backward()
    {
        var dx = _gates.EmptyLike();
        var du = _gates.EmptyLike();
        var dh0 = Tensor.Empty(_hidden.Shape, _hidden.Type, _hidden.Backend);
        dx.Backend.GruCellGradient(_recurrent, _hidden, _gates, OutputGradient(), dx, du, dh0);
        Send(0, dx);
        Send(1, du);
        Send(2, dh0);
    }

    protected override void Forget() => _recurrent = _hidden = _gates = default;
}
