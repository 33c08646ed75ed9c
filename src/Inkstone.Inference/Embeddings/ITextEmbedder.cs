namespace Inkstone.Inference;

/// <summary>Turns texts, as token ids, into vectors. Used by one thread at a time.</summary>
internal interface ITextEmbedder
{
    /// <summary>What the model is called.</summary>
    string ModelId { get; }

    /// <summary>How long a vector is.</summary>
    int Dimensions { get; }

    /// <summary>The longest text, in tokens.</summary>
    int MaximumLength { get; }

    /// <summary>The vector of each text.</summary>
    float[][] Embed(IReadOnlyList<ReadOnlyMemory<int>> texts);
}
