using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>Turns that not every layer of a family makes.</summary>
internal static class OptionalRotary
{
    /// <summary>The turned heads; the heads themselves where nothing turns them.</summary>
    public static Tensor OrSame(this Rotary? rotary, Tensor x, Pass pass) => rotary is null ? x : rotary.Apply(x, pass);
}

/// <summary>
/// Rotary position embedding (Su et al. 2021, equation 15): pair i of a head at position p is turned by the angle p · θᵢ, where θᵢ = base^(−2i / width) unless a
/// <see cref="RotaryScaling"/> says otherwise.
/// </summary>
public sealed class Rotary
{
    private const int FirstLength = 1_024;

    private readonly double[] _frequencies;
    private readonly float _magnitude;
    private readonly int _contextLength;
    private readonly RotaryPairing _pairing;
    private readonly Backend _backend;
    private readonly Func<Pass, (Tensor, Tensor)> _makeAngles;
    private readonly Lock _growing = new();
    private Table _table;

    /// <summary>Makes the frequencies; angles are tabulated as far as passes reach.</summary>
    /// <param name="width">The width that is turned, even: the first elements of a head, the others stay as they are.</param>
    /// <param name="contextLength">Positions 0 to this, exclusive.</param>
    /// <param name="theta">The base of the frequencies.</param>
    /// <param name="pairing">Which elements make a pair.</param>
    /// <param name="backend">Where the tables live.</param>
    /// <param name="scaling">How the frequencies are scaled; null: not.</param>
    public Rotary(int width, int contextLength, double theta, RotaryPairing pairing, Backend backend, RotaryScaling? scaling = null)
    {
        _frequencies = scaling?.Frequencies(width, theta, contextLength) ?? RotaryScaling.Unscaled(width, theta);
        _magnitude = (float)(scaling?.Magnitude ?? 1);
        _contextLength = contextLength;
        _pairing = pairing;
        _backend = backend;
        _table = Tabulated(Math.Min(contextLength, FirstLength));
        _makeAngles = Make;
    }

    internal Rotary(RotaryValues values, int contextLength, RotaryPairing pairing, Backend backend)
        : this(values.Width, contextLength, values.Theta, pairing, backend, values.Scaling)
    {
    }

    /// <summary>
    /// Makes the pass's tables of angles. Called before the blocks, so that the tables outlive a recomputed block.
    /// </summary>
    public void Prepare(Pass pass) => Angles(pass);

    /// <summary>Turns heads: [rows, heads, width] → the same.</summary>
    public Tensor Apply(Tensor x, Pass pass)
    {
        var (cosine, sine) = Angles(pass);
        return x.Rotary(cosine, sine, _pairing);
    }

    private (Tensor Cosine, Tensor Sine) Angles(Pass pass) => pass.Table(this, _makeAngles);

    private (Tensor Cosine, Tensor Sine) Make(Pass pass)
    {
        var table = Reaching(pass.LongestPosition);
        return (table.Cosines.Rows(pass.Positions), table.Sines.Rows(pass.Positions));
    }

    /// <summary>A table with a row for a position: twice as long as the last one, so that a growing sequence seldom needs another.</summary>
    private Table Reaching(int position)
    {
        var table = Volatile.Read(ref _table);
        if (position < table.Length)
            return table;
        lock (_growing)
        {
            if (position >= _table.Length)
                Volatile.Write(ref _table, Tabulated((int)Math.Min(_contextLength, Math.Max(2L * _table.Length, position + 1L))));
            return _table;
        }
    }

    private Table Tabulated(int length)
    {
        var half = _frequencies.Length;
        var cosines = new float[checked(length * half)];
        var sines = new float[cosines.Length];
        for (var position = 0; position < length; position++)
            for (var i = 0; i < half; i++)
            {
                var (sine, cosine) = Math.SinCos(position * _frequencies[i]);
                cosines[position * half + i] = (float)(cosine * _magnitude);
                sines[position * half + i] = (float)(sine * _magnitude);
            }
        return new Table(length, Tensor.From(cosines, [length, half], _backend).Keep(), Tensor.From(sines, [length, half], _backend).Keep());
    }

    private sealed record Table(int Length, Tensor Cosines, Tensor Sines);
}
