using System.Numerics;
using System.Runtime.CompilerServices;

namespace Inkstone.Tokenizers;

/// <summary>The rules of a byte pair encoding by the pair they join: open addressing, at most half full, immutable.</summary>
internal sealed class MergeTable
{
    /// <summary>What <see cref="Find"/> gives for a pair that no rule joins: above every rank.</summary>
    public const ulong None = ulong.MaxValue;

    private const ulong Empty = ulong.MaxValue;
    private readonly Merge[] _merges;
    private readonly Slot[] _slots;
    private readonly int _mask;

    private struct Slot
    {
        public ulong Pair;
        public ulong RankAndResult;
    }

    /// <summary>Indexes rules given in the order of their ranks.</summary>
    public MergeTable(Merge[] merges)
    {
        _merges = merges;
        _slots = new Slot[(int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, 2 * merges.Length))];
        _mask = _slots.Length - 1;
        Array.Fill(_slots, new Slot { Pair = Empty });
        for (var rank = 0; rank < merges.Length; rank++)
        {
            var (left, right, result) = merges[rank];
            var pair = Pack(left, right);
            var i = Start(pair);
            while (_slots[i].Pair != Empty && _slots[i].Pair != pair)
                i = (i + 1) & _mask;
            if (_slots[i].Pair == pair)
                FirstDuplicate = FirstDuplicate < 0 ? rank : FirstDuplicate;
            else
                _slots[i] = new Slot { Pair = pair, RankAndResult = Pack(rank, result) };
        }
    }

    /// <summary>The rules, by rank.</summary>
    public ReadOnlySpan<Merge> All => _merges;

    /// <summary>The rank of the first rule that joins the same pair as an earlier one; −1 when none does, as must be.</summary>
    public int FirstDuplicate { get; } = -1;

    /// <summary>
    /// The rule for a pair: its rank in the upper half of the word and its result in the lower, so that the smallest word is the
    /// rule to carry out first; <see cref="None"/> where there is no rule.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Find(int left, int right)
    {
        var pair = Pack(left, right);
        for (var i = Start(pair); ; i = (i + 1) & _mask)
        {
            ref readonly var slot = ref _slots[i];
            if (slot.Pair == pair)
                return slot.RankAndResult;
            if (slot.Pair == Empty)
                return None;
        }
    }

    /// <summary>Two non-negative numbers as one word that sorts by the first, then the second.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Pack(int upper, int lower) => ((ulong)(uint)upper << 32) | (uint)lower;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Start(ulong pair) => (int)((pair * 0x9E3779B97F4A7C15UL) >> 33) & _mask;
}
