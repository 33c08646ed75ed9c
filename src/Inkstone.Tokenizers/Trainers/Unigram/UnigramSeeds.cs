using System.Text;
using Inkstone.Foundation.Randomness;

namespace Inkstone.Tokenizers;

/// <summary>
/// The pieces that learning begins with: all required characters, and the strings within words that occur at least twice and cannot be made
/// longer without occurring less often, best first by occurrences × length. Found as the intervals of equal beginnings in sorted suffixes.
/// </summary>
internal sealed class UnigramSeeds
{
    private readonly UnigramWords _words;
    private readonly UnigramTrainerOptions _options;
    private readonly Dictionary<Rune, int> _symbolOf = [];
    private readonly List<(Rune Character, long Count)> _characters;
    private readonly SentencePieceRules _rules;
    private readonly short[] _kinds; // of each symbol
    private int[] _symbols = [];
    private long[] _weights = []; // of the word that each place lies in

    private readonly record struct Candidate(double Score, int Start, int Length);

    /// <summary>Prepares the search.</summary>
    /// <param name="words">The words.</param>
    /// <param name="characters">The required characters and their counts; pieces hold no others.</param>
    /// <param name="options">The options.</param>
    public UnigramSeeds(UnigramWords words, List<(Rune Character, long Count)> characters, UnigramTrainerOptions options)
    {
        (_words, _characters, _options, _rules) = (words, characters, options, new(options));
        foreach (var (character, _) in characters.OrderBy(entry => entry.Character))
            _symbolOf.Add(character, _symbolOf.Count + 1);
        _kinds = [0, .. _symbolOf.OrderBy(entry => entry.Value).Select(entry => SentencePieceRules.KindOf(entry.Key))];
    }

    /// <summary>The share of distinct words, by characters, that strings were looked for in.</summary>
    public double Share { get; private set; } = 1;

    /// <summary>The pieces by ascending bytes, with the natural logarithm of each one's share of the scores.</summary>
    public (PieceBlock Pieces, double[] Scores) Find(ParallelOptions parallel)
    {
        ReadWords();
        var order = SuffixOrder.Sort(_symbols, _symbolOf.Count + 1, _options.MaximumPieceLength, parallel);
        var candidates = Best(FindRepeats(order));
        var texts = new List<byte[]>(candidates.Count + _characters.Count);
        var scores = new List<double>(texts.Capacity);
        Rune[] characterOf = [default, .. _symbolOf.OrderBy(entry => entry.Value).Select(entry => entry.Key)];
        foreach (var (character, count) in _characters)
        {
            texts.Add(Encoding.UTF8.GetBytes(character.ToString()));
            scores.Add(count);
        }
        var text = new StringBuilder();
        foreach (var candidate in candidates)
        {
            text.Clear();
            for (var i = 0; i < candidate.Length; i++)
                text.Append(characterOf[_symbols[candidate.Start + i]].ToString());
            texts.Add(Encoding.UTF8.GetBytes(text.ToString()));
            scores.Add(candidate.Score);
        }
        var sorted = PieceBlock.Of(texts).Sort();
        var logSum = Math.Log(scores.Sum());
        return (PieceBlock.Of([.. sorted.Select(i => texts[i])]), [.. sorted.Select(i => Math.Log(scores[i]) - logSum)]);
    }

    private void ReadWords()
    {
        long total = 0;
        for (var i = 0; i < _words.Count; i++)
            total += CountCharacters(_words[i]) + 1;
        Share = Math.Min(1, (double)_options.MaximumSeedCharacters / total);
        var rng = Rng.From(_options.Seed).Split("seed words");
        var symbols = new List<int>((int)Math.Min(total, _options.MaximumSeedCharacters) + 1);
        var weights = new List<long>(symbols.Capacity);
        for (var i = 0; i < _words.Count; i++)
        {
            if (Share < 1 && rng.UniformAt((ulong)i) >= Share)
                continue;
            foreach (var character in UnigramWords.Characters(_words[i]))
            {
                // A character that is not required ends a piece as the end of a word does.
                symbols.Add(_symbolOf.GetValueOrDefault(character));
                weights.Add(_words.Counts[i]);
            }
            symbols.Add(0);
            weights.Add(0);
        }
        // Nothing is compared beyond the last 0, but the depth may look there.
        (_symbols, _weights) = ([.. symbols, 0], [.. weights, 0]);
    }

    /// <summary>
    /// Goes through the sorted suffixes with a stack of the intervals of equal beginnings that are open, each within the one below it. A
    /// suffix is itself an interval as long as what is left of its word.
    /// </summary>
    private List<Candidate> FindRepeats(int[] order)
    {
        var candidates = new List<Candidate>();
        var open = new Stack<(int Length, int Place, long Weight)>();
        for (var i = 0; i <= order.Length; i++)
        {
            var common = i == 0 || i == order.Length ? 0 : Common(order[i - 1], order[i]);
            long carried = 0;
            while (open.TryPeek(out var top) && top.Length > common)
            {
                open.Pop();
                carried += top.Weight;
                Propose(candidates, top.Place, top.Length, carried);
            }
            if (i == order.Length)
                break;
            if (common > 0)
                AddWeight(open, common, order[i], carried);
            AddWeight(open, LengthAt(order[i]), order[i], _weights[order[i]]);
        }
        return candidates;
    }

    private static void AddWeight(Stack<(int Length, int Place, long Weight)> open, int length, int place, long weight)
    {
        if (open.TryPeek(out var top) && top.Length == length)
            open.Push(open.Pop() with { Weight = top.Weight + weight });
        else
            open.Push((length, place, weight));
    }

    private void Propose(List<Candidate> candidates, int place, int length, long weight)
    {
        if (length < 2 || weight < 2 || !IsPiece(place, length))
            return;
        candidates.Add(new((double)weight * length, place, length));
        if (candidates.Count > 4L * _options.SeedSize)
            Best(candidates);
    }

    private int LengthAt(int place)
    {
        var length = 0;
        while (length < _options.MaximumPieceLength && _symbols[place + length] != 0)
            length++;
        return length;
    }

    private int Common(int x, int y)
    {
        var length = 0;
        while (length < _options.MaximumPieceLength && _symbols[x + length] != 0 && _symbols[x + length] == _symbols[y + length])
            length++;
        return length;
    }

    private bool IsPiece(int start, int length)
    {
        Span<short> kinds = stackalloc short[64];
        for (var i = 0; i < length; i++)
            kinds[i] = _kinds[_symbols[start + i]];
        return _rules.IsPiece(kinds[..length]);
    }

    private List<Candidate> Best(List<Candidate> candidates)
    {
        if (candidates.Count <= _options.SeedSize)
            return candidates;
        candidates.Sort((x, y) => x.Score != y.Score ? y.Score.CompareTo(x.Score) : x.Start.CompareTo(y.Start));
        candidates.RemoveRange(_options.SeedSize, candidates.Count - _options.SeedSize);
        return candidates;
    }

    private static int CountCharacters(ReadOnlySpan<byte> word)
    {
        var count = 0;
        foreach (var value in word)
            count += (value & 0xC0) != 0x80 ? 1 : 0;
        return count;
    }
}
