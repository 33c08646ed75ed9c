using System.Runtime.InteropServices;

namespace Inkstone.Inference;

/// <summary>
/// Finds full blocks by what their keys and values depend on: the block's own tokens, all tokens before it, and the tenant's salt. What came before is said by the
/// serial number of the block before it; numbers are never used again, so that a chain is as good as all its tokens, and one content has one number in the indices of
/// all spans. Everything is compared in full: the hash only finds, it proves nothing.
/// </summary>
internal sealed class PrefixIndex(int blockCount)
{
    private readonly long[] _serials = new long[blockCount]; // 0: not in the index
    private readonly long[] _parents = new long[blockCount]; // 0: the first block of a sequence
    private readonly string[] _salts = new string[blockCount];
    private readonly int[] _buckets = NewBuckets(blockCount); // the first block of a hash, −1 for none
    private readonly int[] _next = new int[blockCount];
    private int[] _tokens = [];

    /// <summary>Whether a block's content may be found.</summary>
    public bool Contains(int block) => _serials[block] != 0;

    /// <summary>The number of a block in the index.</summary>
    public long SerialOf(int block) => _serials[block];

    /// <summary>The block of a content; −1 when there is none.</summary>
    /// <param name="parent">The number of the block before it; 0 for a first block.</param>
    /// <param name="salt">The tenant's salt.</param>
    /// <param name="tokens">A block of tokens.</param>
    public int Find(long parent, string salt, ReadOnlySpan<int> tokens)
    {
        for (var block = _buckets[Bucket(parent, salt, tokens)]; block >= 0; block = _next[block])
            if (_parents[block] == parent && TokensOf(block).SequenceEqual(tokens) && string.Equals(_salts[block], salt, StringComparison.Ordinal))
                return block;
        return -1;
    }

    /// <summary>Makes a full block's content known; it must not be so already.</summary>
    public void Add(int block, long serial, long parent, string salt, ReadOnlySpan<int> tokens)
    {
        if (_tokens.Length == 0)
            _tokens = new int[checked(blockCount * BlockPool.BlockSize)];
        (_serials[block], _parents[block], _salts[block]) = (serial, parent, salt);
        tokens.CopyTo(TokensOf(block));
        var bucket = Bucket(parent, salt, tokens);
        (_next[block], _buckets[bucket]) = (_buckets[bucket], block);
    }

    /// <summary>Forgets a block; those that follow it are found no more.</summary>
    public void Remove(int block)
    {
        ref var place = ref _buckets[Bucket(_parents[block], _salts[block], TokensOf(block))];
        while (place != block)
            place = ref _next[place];
        place = _next[block];
        _serials[block] = 0;
    }

    /// <summary>Forgets all blocks.</summary>
    public void Clear()
    {
        Array.Fill(_buckets, -1);
        Array.Clear(_serials);
    }

    private static int[] NewBuckets(int blockCount)
    {
        var buckets = new int[Math.Max(1, blockCount)];
        Array.Fill(buckets, -1);
        return buckets;
    }

    private Span<int> TokensOf(int block) => _tokens.AsSpan(block * BlockPool.BlockSize, BlockPool.BlockSize);

    private int Bucket(long parent, string salt, ReadOnlySpan<int> tokens)
    {
        var hash = new HashCode();
        hash.Add(parent);
        hash.Add(string.GetHashCode(salt));
        hash.AddBytes(MemoryMarshal.AsBytes(tokens));
        return (int)((uint)hash.ToHashCode() % (uint)_buckets.Length);
    }
}
