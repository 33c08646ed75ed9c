namespace Inkstone.Models;

/// <summary>A mixture of experts in the place of a feed-forward (Shazeer et al. 2017): how many there are, and how a row's are chosen and weighed.</summary>
public sealed record ExpertOptions
{
    /// <summary>How many experts there are to choose from.</summary>
    public int Count { get; init; } = 8;

    /// <summary>How many each row goes to.</summary>
    public int Chosen { get; init; } = 2;

    /// <summary>Width inside an expert.</summary>
    public int HiddenWidth { get; init; } = 352;

    /// <summary>
    /// Whether the weights of a row's experts add up to one: a softmax over the chosen scores (Mixtral, Qwen 3). Otherwise they are what they are in the softmax
    /// over all (Qwen 2, DeepSeek V2).
    /// </summary>
    public bool Renormalised { get; init; } = true;

    /// <summary>What the weights are multiplied with.</summary>
    public double Scale { get; init; } = 1;

    /// <summary>Whether a learned number an expert is added to its share of the softmax in choosing, though not in weighing (Wang et al. 2024).</summary>
    public bool ChoiceBias { get; init; }

    /// <summary>Width inside the expert that every row goes through besides; 0: there is none.</summary>
    public int SharedHiddenWidth { get; init; }

    /// <summary>Whether what the shared expert gives is multiplied with the logistic function of a learned product with the row.</summary>
    public bool SharedGate { get; init; }

    /// <summary>Whether the router and the experts have biases, and the experts' function is <see cref="GatedFunctions.Clamped"/> (gpt-oss).</summary>
    public bool Clamped { get; init; }

    /// <summary>Numbers trained in a layer over rows of a width.</summary>
    public long ParameterCount(int width)
    {
        var routed = Count * (3L * width * HiddenWidth + width + (Clamped ? 2L * HiddenWidth + width + 1 : 0) + (ChoiceBias ? 1 : 0));
        return routed + 3L * width * SharedHiddenWidth + (SharedGate ? width : 0);
    }

    /// <summary>Throws when a value is out of its range or two do not fit together, naming it.</summary>
    /// <exception cref="Foundation.Errors.InkstoneRequestException">A value is not possible.</exception>
    public void Validate()
    {
        ConfigRule.InRange("Experts.Count", Count, 1, 65_536);
        ConfigRule.InRange("Experts.Chosen", Chosen, 1, Count);
        ConfigRule.InRange("Experts.HiddenWidth", HiddenWidth, 1, 1 << 22);
        ConfigRule.InRange("Experts.Scale", Scale, 1e-6, 1e6);
        ConfigRule.InRange("Experts.SharedHiddenWidth", SharedHiddenWidth, SharedGate ? 1 : 0, 1 << 22);
    }
}
