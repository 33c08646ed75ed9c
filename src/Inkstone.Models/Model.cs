using Inkstone.Foundation.Errors;
using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>
/// A network over tokens: embedding, stack of blocks, final norm; the head is separate. Every family derives from it. It knows tokens, never text.
/// </summary>
public abstract class Model : Module, ILanguageModel
{
    /// <summary>What the network was built from.</summary>
    public abstract ModelConfig Config { get; }

    /// <summary>Where the parameters live.</summary>
    public abstract Backend Backend { get; }

    /// <summary>The blocks.</summary>
    public abstract BlockStack Stack { get; }

    /// <summary>Hidden rows to vocabulary scores.</summary>
    public abstract LanguageHead Head { get; }

    /// <summary>What each layer keeps of a token for serving.</summary>
    public abstract IReadOnlyList<LayerMemory> Memory { get; }

    /// <summary>How an optimiser should treat the parameters; the groups partition them.</summary>
    public abstract IReadOnlyList<ParameterGroup> ParameterGroups { get; }

    /// <summary>Whether the network has an encoder, which reads the <see cref="Pass.Source"/> of a pass.</summary>
    public virtual bool ReadsSource => false;

    /// <summary>What each layer keeps of a token of the source for serving, where the network reads one.</summary>
    public virtual IReadOnlyList<LayerMemory> SourceMemory => [];

    /// <summary>The token that a target begins with, where the network reads a source.</summary>
    public virtual int? TargetStart => null;

    /// <inheritdoc/>
    public int VocabularySize => Config.VocabularySize;

    /// <inheritdoc/>
    public int ContextLength => Config.ContextLength;

    /// <summary>The rows that enter the first block; whatever the blocks look up in the pass is made ready.</summary>
    /// <exception cref="InkstoneRequestException">The network is more than one stack of blocks.</exception>
    public virtual Tensor Enter(Pass pass) =>
        throw new InkstoneRequestException("the network cannot be run block by block", "Model.Enter", "a decoder", Config.Family);

    /// <summary>The hidden rows after the final norm: [rows, width], or the pass's wanted rows alone.</summary>
    public abstract Tensor Forward(Pass pass);

    /// <summary>
    /// Floating-point operations of one token's forward pass in the middle of sequences of a length: matrix products 2mkn, causal attention half of its square,
    /// the head once; look-ups, norms and softmax nothing. A training step costs three times this.
    /// </summary>
    public double ForwardFlopsPerToken(int sequenceLength) =>
        Stack.FlopsPerRow + Head.Weight.FlopsPerRow + Memory.Sum(layer => layer.AttentionFlops(sequenceLength));

    /// <inheritdoc/>
    /// <remarks>
    /// Documents longer than the context are scored in windows that overlap by half: each token after the first window is predicted from at least half a
    /// context of history.
    /// </remarks>
    public void LogProbabilities(ReadOnlySpan<int> tokens, ReadOnlySpan<int> documentStarts, Span<float> logProbabilities)
    {
        DocumentBatch.CheckStarts(tokens.Length, documentStarts, "Model.LogProbabilities");
        DocumentBatch.CheckOutput(tokens.Length, logProbabilities.Length, "Model.LogProbabilities");
        DocumentBatch.CheckIds(tokens, VocabularySize, "Model.LogProbabilities");
        foreach (var batch in ScoringWindow.Batches(tokens.Length, documentStarts.ToArray(), ContextLength))
            Score(tokens, batch, logProbabilities);
    }

    private void Score(ReadOnlySpan<int> tokens, IReadOnlyList<ScoringWindow> windows, Span<float> logProbabilities)
    {
        using var pause = Tape.Pause();
        using var scope = PoolScope.Open();
        var starts = new int[windows.Count + 1];
        for (var i = 0; i < windows.Count; i++)
            starts[i + 1] = starts[i] + windows[i].Length;
        var inputs = new int[starts[^1]];
        var targets = new int[inputs.Length];
        for (var i = 0; i < windows.Count; i++)
        {
            var (start, length, firstScored) = windows[i];
            tokens.Slice(start, length).CopyTo(inputs.AsSpan(starts[i]));
            for (var j = 0; j < length; j++)
                targets[starts[i] + j] = start + j + 1 >= firstScored && j + 1 < windows[i].TargetEnd - start ? tokens[start + j + 1] : -100;
        }
        var pass = FullPass.Over(inputs, new TokenLayout(starts), Backend);
        var losses = new float[inputs.Length];
        Head.RowLosses(Forward(pass), targets, pass, losses);
        for (var i = 0; i < windows.Count; i++)
            for (var j = 0; j < windows[i].Length; j++)
                if (targets[starts[i] + j] != -100)
                    logProbabilities[windows[i].Start + j + 1] = -losses[starts[i] + j];
        foreach (var window in windows)
            if (window.IsDocumentStart)
                logProbabilities[window.Start] = 0;
    }

    /// <summary>Throws unless every id of a pass has a row in the table.</summary>
    protected static void RequireLength(int length, int longest)
    {
        if (length > longest)
            throw new InkstoneRequestException("a sequence is longer than the model's context", "Model.Forward", $"at most {longest} tokens", $"{length}",
                "Cut the sequence, or use a model with a longer context.");
    }
}
