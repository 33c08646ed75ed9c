namespace Inkstone.Tensors.Tests;

public unsafe class RecurrentKernelTests : KernelTest
{
    private const int Rows = 2;

    [Theory, MemberData(nameof(Widths))]
    public void The_LSTM_cell_and_its_gradient(VectorWidth width)
    {
        var table = KernelTable.For(width);
        foreach (var cell in new[] { 1, 3, 4, 8, 13, 16, 21, 33 })
        {
            using var gates = Random(Rows * 4 * cell, 1);
            using var c0 = Random(Rows * cell, 2);
            using var c = new NativeArray(Rows * cell);
            using var h = new NativeArray(Rows * cell);
            using var dc = Random(Rows * cell, 3);
            using var dh = Random(Rows * cell, 4);
            using var dgates = new NativeArray(Rows * 4 * cell);
            using var dc0 = new NativeArray(Rows * cell);
            var before = gates.ToArray();
            table.LstmCell(gates, c0, c, h, Rows, cell);
            for (var given = 0; given < 4; given++)
            {
                var (ofCell, ofHidden) = ((given & 1) != 0, (given & 2) != 0);
                table.LstmCellGradient(gates, c0, c, ofCell ? dc : null, ofHidden ? dh : null, dgates, dc0, Rows, cell);
                for (var n = 0; n < Rows * cell; n++)
                {
                    int row = n / cell, i = n % cell;
                    var inputs = new double[] { 0, 1, 2, 3, 4 };
                    for (var gate = 0; gate < 4; gate++)
                        inputs[gate] = before[row * 4 * cell + gate * cell + i];
                    inputs[4] = c0[n];
                    var (state, hidden) = Lstm(inputs);
                    Close(state, c[n], 1e-6, 1e-6, "c");
                    Close(hidden, h[n], 1e-6, 1e-6, "h");
                    double Objective(int which, double v)
                    {
                        var moved = (double[])inputs.Clone();
                        moved[which] = v;
                        var (s, o) = Lstm(moved);
                        return (ofCell ? dc[n] * s : 0) + (ofHidden ? dh[n] * o : 0);
                    }
                    for (var gate = 0; gate < 4; gate++)
                        Close(Slope(v => Objective(gate, v), inputs[gate]), dgates[row * 4 * cell + gate * cell + i], 2e-6, 1e-6, $"gate {gate}");
                    Close(Slope(v => Objective(4, v), inputs[4]), dc0[n], 2e-6, 1e-6, "dc0");
                }
            }
        }
    }

    [Theory, MemberData(nameof(Widths))]
    public void The_GRU_cell_and_its_gradient(VectorWidth width)
    {
        var table = KernelTable.For(width);
        foreach (var cell in new[] { 1, 3, 4, 8, 13, 16, 21, 33 })
        {
            using var x = Random(Rows * 3 * cell, 1);
            using var u = Random(Rows * 3 * cell, 2);
            using var h0 = Random(Rows * cell, 3);
            using var gates = new NativeArray(Rows * 3 * cell);
            using var h = new NativeArray(Rows * cell);
            using var dh = Random(Rows * cell, 4);
            using var dx = new NativeArray(Rows * 3 * cell);
            using var du = new NativeArray(Rows * 3 * cell);
            using var dh0 = new NativeArray(Rows * cell);
            table.GruCell(x, u, h0, gates, h, Rows, cell);
            table.GruCellGradient(u, h0, gates, dh, dx, du, dh0, Rows, cell);
            for (var n = 0; n < Rows * cell; n++)
            {
                var first = n / cell * 3 * cell + n % cell;
                double[] inputs = [x[first], x[first + cell], x[first + 2 * cell], u[first], u[first + cell], u[first + 2 * cell], h0[n]];
                Close(Gru(inputs), h[n], 1e-6, 1e-6, "h");
                double Gradient(int which) => dh[n] * Slope(v =>
                {
                    var moved = (double[])inputs.Clone();
                    moved[which] = v;
                    return Gru(moved);
                }, inputs[which]);
                for (var gate = 0; gate < 3; gate++)
                {
                    Close(Gradient(gate), dx[first + gate * cell], 2e-6, 1e-6, $"dx {gate}");
                    Close(Gradient(3 + gate), du[first + gate * cell], 2e-6, 1e-6, $"du {gate}");
                }
                Close(Gradient(6), dh0[n], 2e-6, 1e-6, "dh0");
            }
        }
    }

    private static (double C, double H) Lstm(double[] v)
    {
        var c = DoubleReference.Sigmoid(v[1]) * v[4] + DoubleReference.Sigmoid(v[0]) * Math.Tanh(v[2]);
        return (c, DoubleReference.Sigmoid(v[3]) * Math.Tanh(c));
    }

    private static double Gru(double[] v)
    {
        double r = DoubleReference.Sigmoid(v[0] + v[3]), z = DoubleReference.Sigmoid(v[1] + v[4]);
        return (1 - z) * Math.Tanh(v[2] + r * v[5]) + z * v[6];
    }
}
