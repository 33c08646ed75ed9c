namespace Inkstone.Tokenizers;

/// <summary>
/// Where in one text a run of the automaton came to nothing: from such a state at such a place no match follows, so a later run stops
/// there. Without it a pattern like <c>a*b|a</c> would read the rest of the text for every match (Reps, "Maximal-munch tokenization in
/// linear time", 1998). Only the first character at or after each multiple of <see cref="Interval"/> bytes is remembered, so nearly
/// all runs never ask.
/// </summary>
internal sealed class PatternMemory
{
    /// <summary>Bytes between places that are remembered; a power of two.</summary>
    public const int Interval = 64;

    private readonly HashSet<long> _failed = [];
    private readonly List<(int State, int Position)> _visited = [];

    /// <summary>Notes that a run passes a place in a state; false where it is known to lead to nothing.</summary>
    /// <param name="state">The state.</param>
    /// <param name="position">The place.</param>
    /// <param name="matched">Where the last match of the run ended so far: places up to there did lead to it.</param>
    public bool Visit(int state, int position, int matched)
    {
        if (_failed.Contains(((long)state << 32) | (uint)position))
            return false;
        if (_visited.Count > 0 && _visited[^1].Position <= matched)
            _visited.Clear();
        _visited.Add((state, position));
        return true;
    }

    /// <summary>Ends a run.</summary>
    public void Close(int matched)
    {
        foreach (var (state, position) in _visited)
        {
            if (position > matched)
                _failed.Add(((long)state << 32) | (uint)position);
        }
        _visited.Clear();
    }
}
