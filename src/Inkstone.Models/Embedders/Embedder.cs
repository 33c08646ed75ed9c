using Inkstone.Foundation.Errors;
using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>
/// Texts, as token ids, to vectors: a network's hidden rows pooled, then layers, then normalised, as sentence-transformers keeps it (Reimers and Gurevych 2019). Each text has its
/// beginning and end tokens already. Texts lie back to back, without padding; a text's vector may differ in the last bits with the texts it is read among.
/// </summary>
public sealed class Embedder
{
    /// <summary>The most tokens of several texts that are read together; a longer text is read alone.</summary>
    public const int RowsAtOnce = 8_192;

    /// <summary>Puts the parts together.</summary>
    /// <param name="model">The network.</param>
    /// <param name="pooling">How rows become a vector.</param>
    /// <param name="normalised">Whether vectors are divided by their length.</param>
    /// <param name="maximumLength">The longest text, in tokens; null means the network's context.</param>
    /// <param name="layers">Layers after pooling.</param>
    /// <exception cref="InkstoneRequestException">A value is not possible.</exception>
    public Embedder(Model model, PoolingModes pooling, bool normalised, int? maximumLength = null, IReadOnlyList<EmbeddingLayer>? layers = null)
    {
        if (model.ReadsSource)
            throw new InkstoneRequestException("an encoder-decoder gives no rows of one text", "Embedder", "a network of one stream", model.Config.Family);
        if (pooling == PoolingModes.None)
            throw new InkstoneRequestException("a vector is made in one way at least", nameof(pooling));
        (Model, Pooling, IsNormalised, Layers) = (model, pooling, normalised, layers ?? []);
        MaximumLength = Math.Min(maximumLength ?? model.ContextLength, model.ContextLength);
        ConfigRule.InRange(nameof(MaximumLength), MaximumLength, 1, model.ContextLength);
    }

    /// <summary>The network.</summary>
    public Model Model { get; }

    /// <summary>How rows become a vector.</summary>
    public PoolingModes Pooling { get; }

    /// <summary>Layers after pooling.</summary>
    public IReadOnlyList<EmbeddingLayer> Layers { get; }

    /// <summary>Whether vectors have length one.</summary>
    public bool IsNormalised { get; }

    /// <summary>How many numbers a vector has.</summary>
    public int Dimensions => Layers.Count > 0 ? Layers[^1].Linear.Weight.OutputWidth : Model.Head.Weight.InputWidth * Models.Pooling.WidthFactor(Pooling);

    /// <summary>The longest text, in tokens. Whoever makes the tokens cuts longer ones, so that the end token stays.</summary>
    public int MaximumLength { get; }

    /// <summary>Reads a sentence-transformers folder.</summary>
    /// <inheritdoc cref="EmbedderFolder.Load" path="/exception"/>
    public static Embedder Load(string folder, Backend? backend = null, LoadOptions? options = null) => EmbedderFolder.Load(folder, backend, options);

    /// <summary>The vector of each text.</summary>
    /// <exception cref="InkstoneRequestException">A text is empty or too long, or an id is no token's.</exception>
    public float[][] Embed(IReadOnlyList<ReadOnlyMemory<int>> texts)
    {
        for (var i = 0; i < texts.Count; i++)
        {
            if (texts[i].Length < 1 || texts[i].Length > MaximumLength)
                throw new InkstoneRequestException("a text has a length that the network does not take", $"Embedder.Embed, text {i}", $"1 to {MaximumLength} tokens",
                    $"{texts[i].Length}", "Cut the text where its tokens are made.");
            DocumentBatch.CheckIds(texts[i].Span, Model.VocabularySize, "Embedder.Embed");
        }
        var vectors = new float[texts.Count][];
        for (var first = 0; first < texts.Count;)
        {
            var (end, rows) = (first, 0);
            while (end < texts.Count && (end == first || rows + texts[end].Length <= RowsAtOnce))
                rows += texts[end++].Length;
            EmbedTogether(texts, first, end, rows, vectors);
            first = end;
        }
        return vectors;
    }

    private void EmbedTogether(IReadOnlyList<ReadOnlyMemory<int>> texts, int first, int end, int rows, float[][] vectors)
    {
        using var pause = Tape.Pause();
        using var scope = PoolScope.Open();
        var tokens = new int[rows];
        var starts = new int[end - first + 1];
        for (var i = first; i < end; i++)
        {
            texts[i].Span.CopyTo(tokens.AsSpan(starts[i - first]));
            starts[i - first + 1] = starts[i - first] + texts[i].Length;
        }
        var pass = FullPass.Over(tokens, new TokenLayout(starts), Model.Backend);
        var x = Models.Pooling.Apply(Pooling, Model.Forward(pass), pass.Layout);
        foreach (var layer in Layers)
            x = layer.Forward(x, pass);
        if (IsNormalised)
            x /= Tensor.Maximum(x.SumOfSquares([1], keep: true).Sqrt(), Tensor.Full([], 1e-12, x.Type, x.Backend));
        for (var i = first; i < end; i++)
            vectors[i] = x.Slice(0, i - first, 1).ToArray();
    }
}
