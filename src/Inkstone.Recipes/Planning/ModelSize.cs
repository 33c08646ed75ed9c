using Inkstone.Foundation.Errors;
using Inkstone.Models;

namespace Inkstone.Recipes;

/// <summary>The sizes a quickstart chooses from, smallest first.</summary>
/// <param name="Name">What <c>--size</c> calls it.</param>
/// <param name="Width">Width of the residual stream.</param>
/// <param name="LayerCount">Blocks.</param>
public sealed record ModelSize(string Name, int Width, int LayerCount)
{
    private const int HeadWidth = 64;

    /// <summary>All sizes.</summary>
    public static IReadOnlyList<ModelSize> All { get; } =
    [
        new("nano", 64, 2),
        new("micro", 128, 4),
        new("tiny", 256, 6),
        new("small", 384, 8),
        new("medium", 512, 12),
        new("large", 768, 16),
    ];

    /// <summary>The size of a name.</summary>
    /// <exception cref="InkstoneRequestException">There is none.</exception>
    public static ModelSize Named(string name) => All.FirstOrDefault(size => size.Name == name)
        ?? throw new InkstoneRequestException("there is no such size", "--size", string.Join(", ", All.Select(size => size.Name)), name);

    /// <summary>The network of this size.</summary>
    public LlamaConfig Config(int vocabularySize, int contextLength) => new()
    {
        VocabularySize = vocabularySize,
        ContextLength = contextLength,
        Width = Width,
        LayerCount = LayerCount,
        HeadCount = Width / HeadWidth,
        KeyValueHeadCount = Width / HeadWidth,
        HeadWidth = HeadWidth,
        // 8/3 of the width, so that three matrices hold what two of four times the width would; a multiple of 64 for the kernels
        HiddenWidth = (Width * 8 / 3 + 63) / 64 * 64,
        QueryKeyNorm = true,
        TiedHead = true,
    };

    /// <summary>Floating-point operations of training on one token: three times the forward pass.</summary>
    public double TrainingFlopsPerToken(int vocabularySize, int contextLength)
    {
        var config = Config(vocabularySize, contextLength);
        var block = 2.0 * Width * (4 * Width + 3 * config.HiddenWidth);
        // documents are shorter than the context: attention is a small part, counted at half of it
        var attention = 2.0 * (contextLength / 4.0) * config.HeadCount * 2 * HeadWidth;
        return 3 * (LayerCount * (block + attention) + 2.0 * Width * vocabularySize);
    }

    /// <summary>
    /// The largest size that sees enough tokens within a budget of operations to be worth its width: at least one token for six of its parameters. The ratio is a choice for
    /// minutes of training, not a measured optimum.
    /// </summary>
    public static ModelSize For(double flops, int vocabularySize, int contextLength)
    {
        var best = All[0];
        foreach (var size in All)
        {
            var flopsPerToken = size.TrainingFlopsPerToken(vocabularySize, contextLength);
            var parameters = flopsPerToken / 6;
            if (flops / flopsPerToken >= parameters / 6)
                best = size;
        }
        return best;
    }
}
