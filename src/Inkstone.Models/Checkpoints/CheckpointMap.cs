using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>
/// How a family's published files name and lay its parameters: declared beside the model, once, for both directions. Every parameter of the model is in it
/// exactly once.
/// </summary>
public sealed class CheckpointMap
{
    private readonly List<CheckpointEntry> _entries = [];
    private readonly List<(CheckpointEntry[] Usual, CheckpointEntry[] Other)> _choices = [];
    private readonly List<string> _tied = [];
    private readonly List<Func<string, bool>> _ignored = [];

    /// <summary>The entries.</summary>
    public IReadOnlyList<CheckpointEntry> Entries => _entries;

    /// <summary>Names of tensors that some files repeat because they are another tensor's (a tied head). Read over, never written.</summary>
    public IReadOnlyList<string> Tied => _tied;

    /// <summary>A prefix that names in some files carry and in others do not; written.</summary>
    public string OptionalPrefix { get; init; } = "";

    /// <summary>What stands around a decoder's blocks: table of token vectors, final norm, and the head where it is not the table's.</summary>
    /// <param name="model">The decoder.</param>
    /// <param name="embedding">The table's name, without <c>.weight</c>.</param>
    /// <param name="norm">The norm's name.</param>
    /// <param name="head">The head's name.</param>
    /// <param name="positions">The name of the table of position vectors, without <c>.weight</c>.</param>
    /// <param name="normChanges">What the norm differs in.</param>
    internal CheckpointMap AddAround(DecoderModel model, string embedding, string norm, string head, string positions = "", params TensorChange[] normChanges)
    {
        Add(embedding + ".weight", model.Embedding.Parameters.Single());
        if (model.PositionEmbedding is not null)
            Add(positions + ".weight", model.PositionEmbedding.Parameters.Single());
        Add(norm, model.FinalNorm, normChanges);
        return model.Output is null ? AddTied(head + ".weight") : Add(head, model.Output);
    }

    /// <summary>A feed-forward without experts: its two or three layers.</summary>
    /// <param name="feedForward">The feed-forward.</param>
    /// <param name="gate">The gate's name, where there is one.</param>
    /// <param name="up">The name of the layer into the hidden width.</param>
    /// <param name="down">The name of the layer back.</param>
    internal CheckpointMap Add(FeedForward feedForward, string gate, string up, string down) => feedForward switch
    {
        GatedFeedForward gated => Add(gate, gated.Gate).Add(up, gated.Up).Add(down, gated.Down),
        PlainFeedForward plain => Add(up, plain.Up).Add(down, plain.Down),
        _ => throw new NotSupportedException(feedForward.GetType().Name),
    };

    /// <summary>A parameter under another name, changed on the way.</summary>
    public CheckpointMap Add(string name, Parameter parameter, params TensorChange[] changes)
    {
        _entries.Add(new CheckpointEntry([name], [parameter], 0, changes));
        return this;
    }

    /// <summary>A linear layer: its matrix and, where it has one, its bias.</summary>
    public CheckpointMap Add(string name, Linear linear, params TensorChange[] changes)
    {
        Add(name + ".weight", linear.Matrix, changes);
        return linear.Bias is null ? this : Add(name + ".bias", linear.Bias, changes);
    }

    /// <summary>A norm: its gain, changed on the way, and, where it has one, its bias.</summary>
    public CheckpointMap Add(string name, Norm norm, params TensorChange[] changes) => norm switch
    {
        RmsNorm rms => Add(name + ".weight", rms.Weight, changes),
        LayerNorm layer => Add(name + ".weight", layer.Weight, changes).Add(name + ".bias", layer.Bias),
        _ => throw new NotSupportedException(norm.GetType().Name),
    };

    /// <summary>Linear layers that the file holds as one, their rows one after another.</summary>
    public CheckpointMap AddSplit(string name, params IReadOnlyList<Linear> linears)
    {
        AddSplit(name + ".weight", [.. linears.Select(linear => linear.Matrix)]);
        return linears[0].Bias is null ? this : AddSplit(name + ".bias", [.. linears.Select(linear => linear.Bias!)]);
    }

    /// <summary>One tensor of the file that is several parameters one after another.</summary>
    public CheckpointMap AddSplit(string name, IReadOnlyList<Parameter> parameters, int axis = 0, params TensorChange[] changes)
    {
        _entries.Add(new CheckpointEntry([name], parameters, axis, changes));
        return this;
    }

    /// <summary>Several tensors of the file, of one shape, that are one parameter one after another.</summary>
    public CheckpointMap AddFused(IReadOnlyList<string> names, Parameter parameter, int axis = 0, params TensorChange[] changes)
    {
        _entries.Add(new CheckpointEntry(names, [parameter], axis, changes));
        return this;
    }

    /// <summary>An entry of any form.</summary>
    public CheckpointMap Add(CheckpointEntry entry)
    {
        _entries.Add(entry);
        return this;
    }

    /// <summary>
    /// Parameters that some files hold in another way than most: a file with any tensor of <paramref name="other"/> is read by it; <paramref name="usual"/> is written.
    /// </summary>
    public CheckpointMap AddEither(CheckpointMap usual, CheckpointMap other)
    {
        _entries.AddRange(usual._entries);
        _choices.Add(([.. usual._entries], [.. other._entries]));
        return this;
    }

    /// <summary>A tensor that some files repeat.</summary>
    public CheckpointMap AddTied(string name)
    {
        _tied.Add(name);
        return this;
    }

    /// <summary>Tensors that hold nothing learned (stored masks).</summary>
    public CheckpointMap Ignore(Func<string, bool> names)
    {
        _ignored.Add(names);
        return this;
    }

    /// <summary>Tensors that hold nothing learned, by the ends of their names.</summary>
    internal CheckpointMap IgnoreEndings(params string[] endings) => Ignore(name => endings.Any(ending => name.EndsWith(ending, StringComparison.Ordinal)));

    /// <summary>The entries by which a file is read.</summary>
    internal IEnumerable<CheckpointEntry> EntriesFor(Func<string, bool> has)
    {
        var entries = _entries.ToList();
        foreach (var (usual, other) in _choices)
            if (other.SelectMany(entry => entry.Names).Any(has))
            {
                entries.RemoveAll(usual.Contains);
                entries.AddRange(other);
            }
        return entries;
    }

    /// <summary>Whether a name in a file holds nothing a model needs.</summary>
    internal bool IsIgnored(string name) => _ignored.Any(rule => rule(name));
}
