namespace Inkstone.Tokenizers;

/// <summary>Puts pieces together from the stretches of a text that match and those that do not, given from left to right.</summary>
internal ref struct PieceSplitter(PreTokenizedText text, SplitBehavior behavior)
{
    private TextRange _held;
    private bool _isHolding;
    private bool _wasMatch;

    /// <summary>Takes the next stretch.</summary>
    public void Add(int start, int end, bool isMatch)
    {
        var joins = _isHolding && behavior switch
        {
            SplitBehavior.MergedWithPrevious => isMatch && !_wasMatch,
            SplitBehavior.MergedWithNext => !isMatch && _wasMatch,
            SplitBehavior.Contiguous => isMatch == _wasMatch,
            _ => false,
        };
        if (joins)
            _held = new(_held.Start, end);
        else
        {
            Flush();
            (_held, _isHolding) = (new(start, end), !(isMatch && behavior == SplitBehavior.Removed));
        }
        _wasMatch = isMatch;
    }

    /// <summary>Ends the piece that is cut: nothing joins across its end.</summary>
    public void Flush()
    {
        if (_isHolding)
            text.Add(_held.Start, _held.End);
        _isHolding = false;
    }
}
