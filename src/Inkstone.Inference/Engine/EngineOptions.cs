using Inkstone.Foundation.Errors;
using Inkstone.Models;
using Inkstone.Tensors;

namespace Inkstone.Inference;

/// <summary>How an engine uses its machine.</summary>
public sealed record EngineOptions
{
    /// <summary>The most memory for keys and values, in bytes.</summary>
    public long CacheBytes { get; init; } = 256L << 20;

    /// <summary>How keys and values are stored. Where it rounds to eight bits, heads must be multiples of 32 wide.</summary>
    public RowStorage CacheStorage { get; init; } = RowStorage.Half;

    /// <summary>Rows computed in one turn: prompts are taken in pieces so that running answers do not wait long.</summary>
    public int TokensPerTurn { get; init; } = 512;

    /// <summary>Sequences computed in one turn.</summary>
    public int SequencesPerTurn { get; init; } = 64;

    /// <summary>Requests that may wait.</summary>
    public int QueueLength { get; init; } = 1_024;

    /// <summary>Whether keys and values of a prompt's beginning that another request has computed are used again. The answers are the same to the bit.</summary>
    public bool PrefixCache { get; init; } = true;

    /// <summary>Tokens that end an answer; null means the tokenizer's end-of-text token.</summary>
    public IReadOnlyList<int>? EndTokens { get; init; }

    /// <summary>A smaller model of the same vocabulary, for <see cref="Speculation.DraftModel"/>.</summary>
    public Model? DraftModel { get; init; }

    /// <summary>The most memory for the draft model's keys and values, in bytes.</summary>
    public long DraftCacheBytes { get; init; } = 64L << 20;

    /// <summary>Throws when a value is out of its range, naming it.</summary>
    public void Validate()
    {
        Require(nameof(CacheBytes), CacheBytes, 1);
        Require(nameof(TokensPerTurn), TokensPerTurn, 1);
        Require(nameof(SequencesPerTurn), SequencesPerTurn, 1);
        Require(nameof(QueueLength), QueueLength, 1);
        Require(nameof(DraftCacheBytes), DraftCacheBytes, 1);
        if (SequencesPerTurn > TokensPerTurn)
            throw new InkstoneRequestException("every sequence of a turn needs a row", nameof(SequencesPerTurn), $"at most {nameof(TokensPerTurn)} ({TokensPerTurn})",
                $"{SequencesPerTurn}");
    }

    private static void Require(string name, long value, long least)
    {
        if (value < least)
            throw new InkstoneRequestException("the value is out of range", name, $"{least} or more", $"{value}");
    }
}
