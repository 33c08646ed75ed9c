using System.Runtime.CompilerServices;
using static Inkstone.Tensors.SimdMemory;

namespace Inkstone.Tensors;

/// <summary>
/// The elementwise halves of recurrent cells, one row at a time. A row of gates holds them side by side, each as wide as the cell.
/// </summary>
internal static unsafe class RecurrentKernels
{
    private const MethodImplOptions Hot = MethodImplOptions.AggressiveOptimization;

    /// <summary>
    /// i, f, o = σ, g = tanh of gates [4·width] (order i, f, g, o; overwritten with these values); c = f·c0 + i·g, h = o·tanh(c).
    /// </summary>
    [MethodImpl(Hot)]
    public static void Lstm<TVector>(float* gates, float* c0, float* c, float* h, nint width) where TVector : struct, ISimd<TVector>
    {
        for (nint at = 0; at < width; at += TVector.Count)
        {
            var lanes = width - at;
            float* input = gates + at, forget = input + width, cell = forget + width, output = cell + width;
            var i = SimdMath.Sigmoid(LoadPartial<TVector>(input, lanes));
            var f = SimdMath.Sigmoid(LoadPartial<TVector>(forget, lanes));
            var g = SimdMath.Tanh(LoadPartial<TVector>(cell, lanes));
            var o = SimdMath.Sigmoid(LoadPartial<TVector>(output, lanes));
            var state = TVector.MultiplyAdd(f, LoadPartial<TVector>(c0 + at, lanes), i * g);
            StorePartial(i, input, lanes);
            StorePartial(f, forget, lanes);
            StorePartial(g, cell, lanes);
            StorePartial(o, output, lanes);
            StorePartial(state, c + at, lanes);
            StorePartial(o * SimdMath.Tanh(state), h + at, lanes);
        }
    }

    /// <summary>
    /// From dc and dh (either may be null, meaning 0): d = dc + dh·o·(1 − tanh²c); dc0 = d·f; the gates' gradients before their functions are
    /// d·g·i(1 − i), d·c0·f(1 − f), d·i·(1 − g²) and dh·tanh(c)·o(1 − o).
    /// </summary>
    [MethodImpl(Hot)]
    public static void LstmGradient<TVector>(float* gates, float* c0, float* c, float* dc, float* dh, float* dgates, float* dc0, nint width)
        where TVector : struct, ISimd<TVector>
    {
        var one = TVector.Broadcast(1f);
        for (nint at = 0; at < width; at += TVector.Count)
        {
            var lanes = width - at;
            float* place = gates + at, dplace = dgates + at;
            TVector i = LoadPartial<TVector>(place, lanes), f = LoadPartial<TVector>(place + width, lanes);
            TVector g = LoadPartial<TVector>(place + 2 * width, lanes), o = LoadPartial<TVector>(place + 3 * width, lanes);
            var squeezed = SimdMath.Tanh(LoadPartial<TVector>(c + at, lanes));
            var hidden = dh == null ? default : LoadPartial<TVector>(dh + at, lanes);
            var total = TVector.MultiplyAdd(hidden * o, one - squeezed * squeezed, dc == null ? default : LoadPartial<TVector>(dc + at, lanes));
            var old = LoadPartial<TVector>(c0 + at, lanes);
            StorePartial(total * g * i * (one - i), dplace, lanes);
            StorePartial(total * old * f * (one - f), dplace + width, lanes);
            StorePartial(total * i * (one - g * g), dplace + 2 * width, lanes);
            StorePartial(hidden * squeezed * o * (one - o), dplace + 3 * width, lanes);
            StorePartial(total * f, dc0 + at, lanes);
        }
    }

    /// <summary>
    /// r = σ(xr + ur), z = σ(xz + uz), n = tanh(xn + r·un), written to gates [3·width] in this order; h = (1 − z)·n + z·h0.
    /// </summary>
    [MethodImpl(Hot)]
    public static void Gru<TVector>(float* x, float* u, float* h0, float* gates, float* h, nint width) where TVector : struct, ISimd<TVector>
    {
        for (nint at = 0; at < width; at += TVector.Count)
        {
            var lanes = width - at;
            float* input = x + at, hidden = u + at, place = gates + at;
            var r = SimdMath.Sigmoid(LoadPartial<TVector>(input, lanes) + LoadPartial<TVector>(hidden, lanes));
            var z = SimdMath.Sigmoid(LoadPartial<TVector>(input + width, lanes) + LoadPartial<TVector>(hidden + width, lanes));
            var recurrent = LoadPartial<TVector>(hidden + 2 * width, lanes);
            var n = SimdMath.Tanh(TVector.MultiplyAdd(r, recurrent, LoadPartial<TVector>(input + 2 * width, lanes)));
            var old = LoadPartial<TVector>(h0 + at, lanes);
            StorePartial(r, place, lanes);
            StorePartial(z, place + width, lanes);
            StorePartial(n, place + 2 * width, lanes);
            StorePartial(TVector.MultiplyAdd(z, old - n, n), h + at, lanes);
        }
    }

    /// <summary>
    /// With a = dh·(1 − z)·(1 − n²): dx = (a·un·r(1 − r), dh·(h0 − n)·z(1 − z), a), du the same with a·r as its last part, dh0 = dh·z.
    /// </summary>
    [MethodImpl(Hot)]
    public static void GruGradient<TVector>(float* u, float* h0, float* gates, float* dh, float* dx, float* du, float* dh0, nint width)
        where TVector : struct, ISimd<TVector>
    {
        var one = TVector.Broadcast(1f);
        for (nint at = 0; at < width; at += TVector.Count)
        {
            var lanes = width - at;
            float* place = gates + at, input = dx + at, hidden = du + at;
            TVector r = LoadPartial<TVector>(place, lanes), z = LoadPartial<TVector>(place + width, lanes);
            var n = LoadPartial<TVector>(place + 2 * width, lanes);
            TVector gradient = LoadPartial<TVector>(dh + at, lanes), old = LoadPartial<TVector>(h0 + at, lanes);
            var fresh = gradient * (one - z) * (one - n * n);
            var reset = fresh * LoadPartial<TVector>(u + at + 2 * width, lanes) * r * (one - r);
            var update = gradient * (old - n) * z * (one - z);
            StorePartial(reset, input, lanes);
            StorePartial(update, input + width, lanes);
            StorePartial(fresh, input + 2 * width, lanes);
            StorePartial(reset, hidden, lanes);
            StorePartial(update, hidden + width, lanes);
            StorePartial(fresh * r, hidden + 2 * width, lanes);
            StorePartial(gradient * z, dh0 + at, lanes);
        }
    }
}
