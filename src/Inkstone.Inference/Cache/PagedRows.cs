namespace Inkstone.Inference;

/// <summary>The next rows of one sequence.</summary>
/// <param name="Table">Where its keys and values lie; its length is the first row's position.</param>
/// <param name="Tokens">The rows' ids.</param>
/// <param name="WantedCount">How many of the last rows' outputs are wanted.</param>
public readonly record struct PagedRows(BlockTable Table, ReadOnlyMemory<int> Tokens, int WantedCount)
{
    /// <summary>Where the keys and values of what an encoder-decoder reads lie, with room reserved for them.</summary>
    internal BlockTable? Source { get; init; }

    /// <summary>The source's ids, when this pass is to read them; when the pass has run, the caller advances <see cref="Source"/>.</summary>
    internal ReadOnlyMemory<int> SourceTokens { get; init; }

    /// <summary>How many tokens the source has.</summary>
    internal int SourceLength => Source is null ? 0 : Source.Length + SourceTokens.Length;
}
