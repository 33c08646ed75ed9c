using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>A decoder of the usual build: table of token vectors, blocks, final norm, head. A family says what its parts are, and what a block does.</summary>
public abstract class DecoderModel : Model
{
    private readonly Parts _parts;

    private protected DecoderModel(ModelConfig config, Backend backend, Parts parts)
    {
        Config = config;
        Backend = backend;
        _parts = parts;
        Head = new LanguageHead(() => Output?.Weight ?? Embedding.Weight, parts.LogitSoftCap, parts.LogitScale, Output?.Bias);
    }

    /// <inheritdoc/>
    public override ModelConfig Config { get; }

    /// <inheritdoc/>
    public override Backend Backend { get; }

    /// <summary>The table of token vectors.</summary>
    public Embedding Embedding => _parts.Embedding;

    /// <inheritdoc/>
    public override BlockStack Stack => _parts.Stack;

    /// <summary>The norm after the last block.</summary>
    public Norm FinalNorm => _parts.FinalNorm;

    /// <summary>The output projection, when it is not the embedding's.</summary>
    public Linear? Output => _parts.Output;

    /// <inheritdoc/>
    public override LanguageHead Head { get; }

    /// <inheritdoc/>
    public override IEnumerable<Module> Children => Output is null ? [Embedding, Stack, FinalNorm] : [Embedding, Stack, FinalNorm, Output];

    /// <inheritdoc/>
    public override IReadOnlyList<LayerMemory> Memory => _parts.Memory;

    /// <inheritdoc/>
    public override IReadOnlyList<ParameterGroup> ParameterGroups =>
    [
        new(ParameterRole.Embedding, Decays: false, [.. Embedding.Parameters]),
        new(ParameterRole.Matrix, Decays: true, [.. Stack.Parameters.Where(IsMatrix)]),
        new(ParameterRole.Vector, Decays: false, [.. Stack.Parameters.Where(p => !IsMatrix(p)), .. FinalNorm.Parameters]),
        .. Output is null ? (ParameterGroup[])[] : [new(ParameterRole.Head, Decays: false, [.. Output.Parameters])],
    ];

    /// <inheritdoc/>
    public override Tensor Enter(Pass pass)
    {
        RequireLength(pass.LongestPosition + 1, ContextLength);
        foreach (var rotary in _parts.Rotaries)
            rotary.Prepare(pass);
        return pass.Tap(-1, Site.Embedding, Embedding.Forward(pass.Tokens).Scaled(_parts.EmbeddingScale));
    }

    /// <inheritdoc/>
    public override Tensor Forward(Pass pass) =>
        pass.Tap(-1, Site.FinalNorm, FinalNorm.Forward(pass.Wanted(Stack.Forward(Enter(pass), pass))));

    /// <summary>Whether a parameter of a block is a matrix between widths; a table of gains by head is none.</summary>
    private protected virtual bool IsMatrix(Parameter parameter) => parameter.Value.Rank >= 2;

    /// <summary>What a decoder is made of.</summary>
    private protected sealed record Parts(Embedding Embedding, BlockStack Stack, Norm FinalNorm, Linear? Output, IReadOnlyList<LayerMemory> Memory)
    {
        /// <summary>What turns queries and keys; their tables are made before the blocks run.</summary>
        public Rotary[] Rotaries { get; init; } = [];

        /// <summary>What embedded rows are multiplied with.</summary>
        public double EmbeddingScale { get; init; } = 1;

        /// <summary>What the head's scores are multiplied with.</summary>
        public double LogitScale { get; init; } = 1;

        /// <summary>c of the head's c · tanh(z / c); 0 for none.</summary>
        public double LogitSoftCap { get; init; }
    }
}
