using System.Runtime.CompilerServices;

namespace Inkstone.Tensors;

/// <summary>
/// The elementwise halves of recurrent cells, one row at a time. A row of gates holds them side by side, each as wide as the cell. The end
/// of a row is computed as a whole vector through <see cref="Read"/> and <see cref="Write"/>.
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
            var lanes = nint.Min(width - at, TVector.Count);
            float* input = gates + at, forget = input + width, cell = forget + width, output = cell + width;
            var i = SimdMath.Sigmoid(Read<TVector>(input, lanes));
            var f = SimdMath.Sigmoid(Read<TVector>(forget, lanes));
            var g = SimdMath.Tanh(Read<TVector>(cell, lanes));
            var o = SimdMath.Sigmoid(Read<TVector>(output, lanes));
            var state = TVector.MultiplyAdd(f, Read<TVector>(c0 + at, lanes), i * g);
            Write(i, input, lanes);
            Write(f, forget, lanes);
            Write(g, cell, lanes);
            Write(o, output, lanes);
            Write(state, c + at, lanes);
            Write(o * SimdMath.Tanh(state), h + at, lanes);
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
            var lanes = nint.Min(width - at, TVector.Count);
            float* place = gates + at, dplace = dgates + at;
            TVector i = Read<TVector>(place, lanes), f = Read<TVector>(place + width, lanes);
            TVector g = Read<TVector>(place + 2 * width, lanes), o = Read<TVector>(place + 3 * width, lanes);
            var squeezed = SimdMath.Tanh(Read<TVector>(c + at, lanes));
            var hidden = dh == null ? default : Read<TVector>(dh + at, lanes);
            var total = TVector.MultiplyAdd(hidden * o, one - squeezed * squeezed, dc == null ? default : Read<TVector>(dc + at, lanes));
            var old = Read<TVector>(c0 + at, lanes);
            Write(total * g * i * (one - i), dplace, lanes);
            Write(total * old * f * (one - f), dplace + width, lanes);
            Write(total * i * (one - g * g), dplace + 2 * width, lanes);
            Write(hidden * squeezed * o * (one - o), dplace + 3 * width, lanes);
            Write(total * f, dc0 + at, lanes);
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
            var lanes = nint.Min(width - at, TVector.Count);
            float* input = x + at, hidden = u + at, place = gates + at;
            var r = SimdMath.Sigmoid(Read<TVector>(input, lanes) + Read<TVector>(hidden, lanes));
            var z = SimdMath.Sigmoid(Read<TVector>(input + width, lanes) + Read<TVector>(hidden + width, lanes));
            var n = SimdMath.Tanh(TVector.MultiplyAdd(r, Read<TVector>(hidden + 2 * width, lanes), Read<TVector>(input + 2 * width, lanes)));
            var old = Read<TVector>(h0 + at, lanes);
            Write(r, place, lanes);
            Write(z, place + width, lanes);
            Write(n, place + 2 * width, lanes);
            Write(TVector.MultiplyAdd(z, old - n, n), h + at, lanes);
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
            var lanes = nint.Min(width - at, TVector.Count);
            float* place = gates + at, input = dx + at, hidden = du + at;
            TVector r = Read<TVector>(place, lanes), z = Read<TVector>(place + width, lanes), n = Read<TVector>(place + 2 * width, lanes);
            TVector gradient = Read<TVector>(dh + at, lanes), old = Read<TVector>(h0 + at, lanes);
            var fresh = gradient * (one - z) * (one - n * n);
            var reset = fresh * Read<TVector>(u + at + 2 * width, lanes) * r * (one - r);
            var update = gradient * (old - n) * z * (one - z);
            Write(reset, input, lanes);
            Write(update, input + width, lanes);
            Write(fresh, input + 2 * width, lanes);
            Write(reset, hidden, lanes);
            Write(update, hidden + width, lanes);
            Write(fresh * r, hidden + 2 * width, lanes);
            Write(gradient * z, dh0 + at, lanes);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Read<TVector>(float* source, nint lanes) where TVector : struct, ISimd<TVector> =>
        lanes == TVector.Count ? TVector.Load(source) : SimdMemory.LoadPartial<TVector>(source, lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Write<TVector>(TVector value, float* destination, nint lanes) where TVector : struct, ISimd<TVector>
    {
        if (lanes == TVector.Count)
            TVector.Store(value, destination);
        else
            SimdMemory.StorePartial(value, destination, lanes);
    }
}
