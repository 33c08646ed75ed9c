using Inkstone.Foundation.Randomness;

namespace Inkstone.Training;

/// <summary>
/// The order in which one epoch takes the pieces of a data set, and how many rows lie before each place: a function of the stream and the epoch alone,
/// made when it is asked for.
/// </summary>
internal sealed class EpochOrder
{
    private readonly int[] _pieces;
    private readonly long[] _ends;
    private readonly Func<int, int> _rowsOf;
    private Rng? _rng;
    private long _epoch = -1;

    public EpochOrder(int pieceCount, Func<int, int> rowsOf)
    {
        _pieces = new int[pieceCount];
        _ends = new long[pieceCount];
        _rowsOf = rowsOf;
    }

    /// <summary>Makes the order of an epoch; without a stream the pieces stay in their own order.</summary>
    public void Prepare(Rng? rng, long epoch)
    {
        if (_epoch >= 0 && rng == _rng && (epoch == _epoch || rng is null))
            return;
        (_rng, _epoch) = (rng, epoch);
        for (var i = 0; i < _pieces.Length; i++)
            _pieces[i] = i;
        rng?.Split(epoch).Cursor().Shuffle<int>(_pieces);
        var rows = 0L;
        for (var i = 0; i < _pieces.Length; i++)
            _ends[i] = rows += _rowsOf(_pieces[i]);
    }

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
