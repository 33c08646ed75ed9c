using System.Diagnostics;

namespace Inkstone.Tokenizers;

/// <summary>Writes the tokens that a piece begins as, at most one a byte; returns how many there are.</summary>
internal delegate int PieceStart(ReadOnlySpan<byte> piece, Span<int> tokens);

/// <summary>
/// The distinct pieces of a text as chains of tokens, in which pairs are merged. Every place where a token stands lies on the list
/// of the pair that begins there, so a merge visits the places it changes and no others, however long a piece is; and the count of
/// each pair is at every moment what counting afresh would give (neighbours counted wherever they stand, overlapping ones too).
/// </summary>
internal sealed class PieceChains
{
    private readonly PairTable _pairs = new();
    private readonly List<int> _lengths; // bytes of each token
    private readonly int _maximumLength;
    private readonly long[] _weights;    // how often each piece occurred
    private Place[] _places;
    private readonly List<int> _touched = [];
    private int[] _visit = new int[1 << 10];

    private struct Place
    {
        public int Token;    // −1 where a token has been merged away
        public int Piece;
        public int Previous; // within the piece; −1 at its ends
        public int Next;
        public int Before;   // on the list of the pair that begins here; −1 at its ends
        public int After;
    }

    /// <summary>Sets up the chains.</summary>
    /// <param name="parts">The pieces and their counts.</param>
    /// <param name="start">What a piece begins as.</param>
    /// <param name="tokenLengths">The length in bytes of each token; the owner adds the ones that merging makes.</param>
    /// <param name="maximumLength">The longest token; pairs that would make a longer one are not counted.</param>
    public PieceChains(IReadOnlyList<PieceCounts> parts, PieceStart start, List<int> tokenLengths, int maximumLength)
    {
        (_lengths, _maximumLength) = (tokenLengths, maximumLength);
        _weights = new long[parts.Sum(part => part.Count)];
        _places = new Place[checked((int)parts.Sum(part => (long)part.ByteCount))];
        int piece = 0, place = 0;
        int[] tokens = new int[256];
        foreach (var part in parts)
        {
            foreach (ref readonly var entry in part.Entries)
            {
                _weights[piece] = entry.Count;
                if (tokens.Length < entry.Length)
                    tokens = new int[2 * entry.Length];
                var count = start(part.Bytes(entry), tokens);
                for (var i = 0; i < count; i++, place++)
                {
                    _places[place] = new Place
                    {
                        Token = tokens[i],
                        Piece = piece,
                        Before = -1,
                        After = -1,
                        Previous = i > 0 ? place - 1 : -1,
                        Next = i + 1 < count ? place + 1 : -1,
                    };
                }
                piece++;
            }
        }
        // Characters of several bytes need fewer places than there are bytes.
        if (place < _places.Length / 2)
            Array.Resize(ref _places, place);
        for (var i = 0; i < place; i++)
            Link(i);
    }

    /// <summary>The pairs.</summary>
    public PairTable Pairs => _pairs;

    /// <summary>Places visited by merges so far: the work done, for tests.</summary>
    public long Visits { get; private set; }

    /// <summary>The pairs that gained places since the last call, each once.</summary>
    public List<int> TakeTouched(List<int> destination)
    {
        destination.Clear();
        foreach (var index in _touched)
        {
            _pairs[index].IsTouched = false;
            destination.Add(index);
        }
        _touched.Clear();
        return destination;
    }

    /// <summary>Merges a pair wherever it occurs, in each piece from left to right.</summary>
    /// <param name="index">The pair.</param>
    /// <param name="result">The token that takes its place.</param>
    public void Merge(int index, int result)
    {
        var (left, right) = ((int)(_pairs[index].Pair >> 32), (int)(uint)_pairs[index].Pair);
        _pairs[index].Result = result;
        foreach (var place in Places(index))
        {
            ref var at = ref _places[place];
            // Of overlapping places (aaa) the later ones are gone once the earlier has been merged.
            if (at.Token != left || at.Next < 0 || _places[at.Next].Token != right)
                continue;
            Visits++;
            var (previous, second) = (at.Previous, at.Next);
            var following = _places[second].Next;
            if (previous >= 0)
                Unlink(previous);
            Unlink(second);
            Unlink(place);
            at.Token = result;
            at.Next = following;
            _places[second].Token = -1;
            if (following >= 0)
                _places[following].Previous = place;
            if (previous >= 0)
                Link(previous);
            Link(place);
        }
        Debug.Assert(_pairs[index] is { Count: 0, First: -1 }, "every place of a merged pair has been visited");
    }

    /// <summary>A copy of a pair's list, from left to right (the list changes while it is walked).</summary>
    private ReadOnlySpan<int> Places(int index)
    {
        var count = 0;
        var ascending = true;
        for (var place = _pairs[index].First; place >= 0; place = _places[place].After)
        {
            if (count == _visit.Length)
                Array.Resize(ref _visit, 2 * count);
            ascending &= count == 0 || _visit[count - 1] < place;
            _visit[count++] = place;
        }
        // Within a merge places are added in ascending order; only a pair that several merges bring about can be out of order.
        if (!ascending)
            Array.Sort(_visit, 0, count);
        return _visit.AsSpan(0, count);
    }

    /// <summary>Puts a place on the list of the pair that begins there, if one does.</summary>
    private void Link(int place)
    {
        ref var at = ref _places[place];
        if (at.Next < 0 || !IsCounted(at.Token, _places[at.Next].Token))
            return;
        var index = _pairs.IndexOf(at.Token, _places[at.Next].Token);
        ref var pair = ref _pairs[index];
        pair.Count = checked(pair.Count + _weights[at.Piece]);
        (at.Before, at.After) = (pair.Last, -1);
        if (pair.Last >= 0)
            _places[pair.Last].After = place;
        else
            pair.First = place;
        pair.Last = place;
        if (!pair.IsTouched)
        {
            pair.IsTouched = true;
            _touched.Add(index);
        }
    }

    /// <summary>Takes a place off the list of the pair that begins there.</summary>
    private void Unlink(int place)
    {
        ref var at = ref _places[place];
        if (at.Next < 0 || !IsCounted(at.Token, _places[at.Next].Token))
            return;
        ref var pair = ref _pairs[_pairs.IndexOf(at.Token, _places[at.Next].Token)];
        pair.Count -= _weights[at.Piece];
        if (at.Before >= 0)
            _places[at.Before].After = at.After;
        else
            pair.First = at.After;
        if (at.After >= 0)
            _places[at.After].Before = at.Before;
        else
            pair.Last = at.Before;
    }

    private bool IsCounted(int left, int right) => (long)_lengths[left] + _lengths[right] <= _maximumLength;
}
