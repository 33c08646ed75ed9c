namespace Inkstone.Training;

/// <summary>Which rule updates the parameters.</summary>
public enum OptimizerKind
{
    /// <summary>Adam with decoupled weight decay (Loshchilov and Hutter 2019).</summary>
    AdamW,

    /// <summary>Muon (Jordan et al. 2024) on matrices between hidden widths, AdamW on everything else.</summary>
    Muon,

    /// <summary>Adam (Kingma and Ba 2015); weight decay is added to the gradient.</summary>
    Adam,

    /// <summary>Stochastic gradient descent with momentum.</summary>
    Sgd,

    /// <summary>RMSprop (Hinton's lecture 6e).</summary>
    RmsProp,

    /// <summary>Adagrad (Duchi et al. 2011).</summary>
    Adagrad,
}

/// <summary>The optimiser's rule and numbers. Rates are the run's learning rate times the group's share.</summary>
public sealed record OptimizerOptions
{
    /// <summary>The rule. Default <see cref="OptimizerKind.AdamW"/>.</summary>
    public OptimizerKind Kind { get; init; } = OptimizerKind.AdamW;

    /// <summary>Decay of the first moment (Adam, AdamW). Default 0.9.</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>Decay of the second moment (Adam, AdamW), and RMSprop's smoothing. Default 0.95.</summary>
    public double Beta2 { get; init; } = 0.95;

    /// <summary>Added to the root of the second moment. Default 10⁻⁸.</summary>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>Momentum of Muon and of SGD. Default 0.95.</summary>
    public double Momentum { get; init; } = 0.95;

    /// <summary>Nesterov's form of SGD's momentum (Muon always has it). Default false.</summary>
    public bool Nesterov { get; init; }

    /// <summary>Weight decay: decoupled for AdamW and Muon, added to the gradient for the others. Default 0.1.</summary>
    public double WeightDecay { get; init; } = 0.1;

    /// <summary>Whether everything decays, not only the groups that a model marks (matrices). Default false.</summary>
    public bool DecayEverything { get; init; }

    /// <summary>Matrices' share of the learning rate. Default 1.</summary>
    public double MatrixRate { get; init; } = 1;

    /// <summary>Embeddings' share of the learning rate. Default 1.</summary>
    public double EmbeddingRate { get; init; } = 1;

    /// <summary>The output projection's share of the learning rate, where it is not the embedding's. Default 1.</summary>
    public double HeadRate { get; init; } = 1;

    /// <summary>Gains' and biases' share of the learning rate. Default 1.</summary>
    public double VectorRate { get; init; } = 1;

    /// <summary>Throws when a value is out of its range, naming it.</summary>
    /// <exception cref="Foundation.Errors.InkstoneRequestException">A value is not possible.</exception>
    public void Validate()
    {
        OptionRule.IsDefined(nameof(Kind), Kind);
        OptionRule.InRange(nameof(Beta1), Beta1, 0, 1 - 1e-9);
        OptionRule.InRange(nameof(Beta2), Beta2, 0, 1 - 1e-9);
        OptionRule.InRange(nameof(Epsilon), Epsilon, 0, 1);
        OptionRule.InRange(nameof(Momentum), Momentum, 0, 1 - 1e-9);
        OptionRule.InRange(nameof(WeightDecay), WeightDecay, 0, 100);
        OptionRule.InRange(nameof(MatrixRate), MatrixRate, 0, 1e6);
        OptionRule.InRange(nameof(EmbeddingRate), EmbeddingRate, 0, 1e6);
        OptionRule.InRange(nameof(HeadRate), HeadRate, 0, 1e6);
        OptionRule.InRange(nameof(VectorRate), VectorRate, 0, 1e6);
    }
}
