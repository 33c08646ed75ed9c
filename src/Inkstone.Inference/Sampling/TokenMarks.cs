namespace Inkstone.Inference;

/// <summary>A set of tokens with a number each, emptied at no cost.</summary>
internal sealed class TokenMarks
{
    private long[] _turns = [];
    private int[] _values = [];
    private long _turn;

    /// <summary>Empties the set and makes room for ids below a count.</summary>
    public void Clear(int count)
    {
        if (_turns.Length < count)
            (_turns, _values) = (new long[count], new int[count]);
        _turn++;
    }

    /// <summary>The token's number, 0 when it has none; setting it puts the token into the set.</summary>
    public int this[int token]
    {
        get => _turns[token] == _turn ? _values[token] : 0;
        set => (_turns[token], _values[token]) = (_turn, value);
    }
}
