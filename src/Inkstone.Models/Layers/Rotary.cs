using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>
/// Rotary position embedding (Su et al. 2021, equation 15): pair i of a head at position p is turned by the angle p · base^(−2i / width).
/// </summary>
public sealed class Rotary
{
    private readonly Tensor _cosines;
    private readonly Tensor _sines;
    private readonly RotaryPairing _pairing;
    private readonly Func<Pass, (Tensor, Tensor)> _makeAngles;

    /// <summary>Tabulates the angles of every position.</summary>
    /// <param name="headWidth">The width that is turned, even.</param>
    /// <param name="positionCount">Positions 0 to this, exclusive.</param>
    /// <param name="theta">The base of the frequencies.</param>
    /// <param name="pairing">Which elements make a pair.</param>
    /// <param name="backend">Where the tables live.</param>
    public Rotary(int headWidth, int positionCount, double theta, RotaryPairing pairing, Backend backend)
    {
        HeadWidth = headWidth;
        _pairing = pairing;
        var half = headWidth / 2;
        var cosines = new float[checked(positionCount * half)];
        var sines = new float[cosines.Length];
        for (var position = 0; position < positionCount; position++)
            for (var i = 0; i < half; i++)
            {
                var (sine, cosine) = Math.SinCos(position * Math.Pow(theta, -2.0 * i / headWidth));
                cosines[position * half + i] = (float)cosine;
                sines[position * half + i] = (float)sine;
            }
        _cosines = Tensor.From(cosines, [positionCount, half], backend).Keep();
        _sines = Tensor.From(sines, [positionCount, half], backend).Keep();
        _makeAngles = pass => (_cosines.Rows(pass.Positions), _sines.Rows(pass.Positions));
    }

    /// <summary>The width of a head.</summary>
    public int HeadWidth { get; }

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
}
