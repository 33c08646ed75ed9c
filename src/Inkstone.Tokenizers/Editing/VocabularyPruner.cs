using System.Globalization;
using Inkstone.Foundation.Errors;

namespace Inkstone.Tokenizers;

/// <summary>
/// Takes tokens out of a byte pair encoding from its leaves: a leaf is a token that no rule left joins to anything. Linear in the vocabulary but for
/// a heap of the leaves.
/// </summary>
internal static class VocabularyPruner
{
    /// <summary>Removes the least used tokens.</summary>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="uses">How often each id was used; changed.</param>
    /// <param name="size">How many tokens are to be left.</param>
    public static TokenizerEdit Prune(Tokenizer tokenizer, long[] uses, int size)
    {
        var parts = new BytePairParts(tokenizer);
        var count = parts.Pieces.Count;
        var mustStay = parts.Pieces.Select(piece => piece.Length == 1).ToArray();
        foreach (var token in tokenizer.AddedTokens)
            mustStay[token.Id] = true;
        var empty = parts.Pieces.Where((piece, id) => piece.Length == 0 && !mustStay[id]).Count(); // ids that the tokenizer leaves unused
        var least = mustStay.Count(stays => stays);
        if (size < least || size >= count - empty)
            throw new InkstoneRequestException("a vocabulary cannot be pruned to that size", nameof(size),
                string.Create(CultureInfo.InvariantCulture, $"at least {least} (single bytes and added tokens) and less than {count - empty}"),
                size.ToString(CultureInfo.InvariantCulture));

        var builtOn = new int[count]; // how many rules join a token
        var making = new Merge?[count]; // the first rule that makes a token
        var made = new List<Merge>?[count];
        foreach (var merge in parts.Merges)
        {
            builtOn[merge.Left]++;
            builtOn[merge.Right]++;
            making[merge.Result] ??= merge;
            (made[merge.Result] ??= []).Add(merge);
        }

        var isGone = parts.Pieces.Select((piece, id) => piece.Length == 0 && !mustStay[id]).ToArray();
        var leaves = new PriorityQueue<int, (long Uses, int Later)>();
        for (var id = 0; id < count; id++)
            Offer(id);
        for (var left = count - empty; left > size; left--)
        {
            int id;
            while (!leaves.TryDequeue(out id, out var key) || isGone[id] || key.Uses != uses[id])
            {
                if (leaves.Count == 0)
                    throw new InkstoneRequestException("no token is left that can go", nameof(size), string.Create(CultureInfo.InvariantCulture, $"at least {left}"),
                        size.ToString(CultureInfo.InvariantCulture), "Every other token is built on.");
            }
            isGone[id] = true;
            foreach (var merge in made[id] ?? [])
            {
                builtOn[merge.Left]--;
                builtOn[merge.Right]--;
            }
            if (making[id] is not { } first)
                continue;
            uses[first.Left] += uses[id];
            uses[first.Right] += uses[id];
            foreach (var merge in made[id]!)
            {
                Offer(merge.Left);
                Offer(merge.Right);
            }
        }
        return Close(parts, isGone);

        void Offer(int id)
        {
            if (!mustStay[id] && !isGone[id] && builtOn[id] == 0)
                leaves.Enqueue(id, (uses[id], -id));
        }
    }

    /// <summary>Closes the gaps: tokens keep their order.</summary>
    private static TokenizerEdit Close(BytePairParts parts, bool[] isGone)
    {
        var newIds = new int[isGone.Length];
        var next = 0;
        for (var id = 0; id < isGone.Length; id++)
            newIds[id] = isGone[id] ? -1 : next++;
        for (var id = 0; id < isGone.Length; id++)
        {
            if (newIds[id] >= 0)
                parts.Pieces[newIds[id]] = parts.Pieces[id];
        }
        parts.Pieces.RemoveRange(next, isGone.Length - next);
        parts.Merges.RemoveAll(merge => isGone[merge.Result]);
        for (var i = 0; i < parts.Merges.Count; i++)
            parts.Merges[i] = new(newIds[parts.Merges[i].Left], newIds[parts.Merges[i].Right], newIds[parts.Merges[i].Result]);
        for (var i = 0; i < parts.Added.Count; i++)
            parts.Added[i] = parts.Added[i] with { Id = newIds[parts.Added[i].Id] };
        return new(parts.ToTokenizer(), newIds);
    }
}
