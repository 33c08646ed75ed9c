using System.Globalization;
using Inkstone.Foundation.Errors;

namespace Inkstone.Tokenizers;

/// <summary>
/// Chooses the tokens to take out of a vocabulary, from its leaves: a leaf is a token that no rule left joins to anything. Linear in the vocabulary but
/// for a heap of the leaves.
/// </summary>
internal sealed class VocabularyPruner
{
    private readonly VocabularyDraft _vocabulary;
    private readonly bool[] _mustStay;
    private readonly long[] _uses;
    private readonly int[] _builtOn; // how many rules join a token
    private readonly List<Merge>?[] _making;
    private readonly PriorityQueue<int, (long Uses, int Later)> _leaves = new();

    /// <summary>Prepares a choice.</summary>
    /// <param name="vocabulary">The vocabulary.</param>
    /// <param name="mustStay">Which tokens stay.</param>
    /// <param name="uses">How often each is used; changed.</param>
    public VocabularyPruner(VocabularyDraft vocabulary, bool[] mustStay, long[] uses)
    {
        (_vocabulary, _mustStay, _uses) = (vocabulary, mustStay, uses);
        (_builtOn, _making) = (new int[uses.Length], new List<Merge>?[uses.Length]);
        foreach (var rule in vocabulary.Rules)
        {
            foreach (var part in Parts(rule))
                _builtOn[part]++;
            (_making[rule.Result] ??= []).Add(rule);
        }
        IsGone = [.. vocabulary.Pieces.Select((piece, id) => piece.Length == 0 && !mustStay[id])];
    }

    /// <summary>Which tokens go; from the beginning those that are none, where the tokenizer leaves ids unused.</summary>
    public bool[] IsGone { get; }

    /// <summary>Chooses the least used.</summary>
    /// <param name="size">How many tokens are to be left.</param>
    /// <exception cref="InkstoneRequestException">The size is below what must stay, or not below the present one.</exception>
    public void Choose(int size)
    {
        var (least, left) = (_mustStay.Count(stays => stays), IsGone.Count(isGone => !isGone));
        if (size < least || size >= left)
            throw new InkstoneRequestException("a vocabulary cannot be pruned to that size", nameof(size),
                string.Create(CultureInfo.InvariantCulture, $"at least {least} (added tokens and what all others are made of) and less than {left}"),
                size.ToString(CultureInfo.InvariantCulture));
        for (var id = 0; id < _uses.Length; id++)
            Offer(id);
        for (; left > size; left--)
        {
            int id;
            while (!TryTake(out id))
            {
                if (_leaves.Count == 0)
                    throw new InkstoneRequestException("no token is left that can go", nameof(size), string.Create(CultureInfo.InvariantCulture, $"at least {left}"),
                        size.ToString(CultureInfo.InvariantCulture), "Every other token is built on.");
            }
            Remove(id);
        }
    }

    private bool TryTake(out int id)
    {
        if (!_leaves.TryDequeue(out id, out var key) || IsGone[id])
            return false;
        if (key.Uses == _uses[id])
            return true;
        Offer(id); // it has been used for another since
        return false;
    }

    private void Remove(int id)
    {
        IsGone[id] = true;
        var parts = _making[id] is [var first, ..] ? Parts(first)
            : _vocabulary.Pieces[id].Length <= VocabularyDraft.LongestCut ? _vocabulary.PartsOf(id, IsGone) : [];
        foreach (var part in parts)
            _uses[part] += _uses[id];
        foreach (var rule in _making[id] ?? [])
        {
            foreach (var part in Parts(rule))
            {
                _builtOn[part]--;
                Offer(part);
            }
        }
    }

    private void Offer(int id)
    {
        if (!_mustStay[id] && !IsGone[id] && _builtOn[id] == 0)
            _leaves.Enqueue(id, (_uses[id], -id));
    }

    private static int[] Parts(Merge rule) => rule is { Left: >= 0, Right: >= 0 } ? [rule.Left, rule.Right] : rule.Left >= 0 ? [rule.Left] : rule.Right >= 0 ? [rule.Right] : [];
}
