using Inkstone.Foundation.Randomness;

namespace Inkstone.Training;

/// <summary>
/// The order in which one epoch takes the pieces of a data set, and how many rows lie before each place: a function of the stream and the epoch alone.
/// Never changed once made, so that several trainers may read one at once.
/// </summary>
internal sealed class EpochOrder
{
    private readonly int[] _pieces;
    private readonly long[] _ends;
    private readonly Rng? _rng;
    private readonly long _epoch;

    /// <summary>Makes the order of an epoch; without a stream the pieces stay in their own order.</summary>
    /// <param name="rowsOfPiece">How many rows each piece has.</param>
    /// <param name="rng">The stream of all epochs' orders.</param>
    /// <param name="epoch">The epoch's number, from 0.</param>
    public EpochOrder(ReadOnlySpan<int> rowsOfPiece, Rng? rng, long epoch)
    {
        (_rng, _epoch) = (rng, epoch);
        _pieces = new int[rowsOfPiece.Length];
        _ends = new long[rowsOfPiece.Length];
        for (var i = 0; i < _pieces.Length; i++)
            _pieces[i] = i;
        rng?.Split(epoch).Cursor().Shuffle<int>(_pieces);
        var rows = 0L;
        for (var i = 0; i < _pieces.Length; i++)
            _ends[i] = rows += rowsOfPiece[_pieces[i]];
    }

    /// <summary>Whether this is the order of that epoch of that stream.</summary>
    public bool IsOf(Rng? rng, long epoch) => rng == _rng && (epoch == _epoch || rng is null);

    /// <summary>The piece at a place of the order.</summary>
    public int this[int place] => _pieces[place];

    /// <summary>The place whose piece holds a row of the epoch, and how many rows of the piece lie before it.</summary>
    public (int Place, int Before) Find(long row)
    {
        var place = Array.BinarySearch(_ends, row + 1);
        if (place < 0)
            place = ~place;
        return (place, checked((int)(row - (place == 0 ? 0 : _ends[place - 1]))));
    }
}
