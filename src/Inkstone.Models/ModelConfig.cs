namespace Inkstone.Models;

/// <summary>What every family's configuration has.</summary>
public abstract record ModelConfig
{
    /// <summary>How many token ids there are.</summary>
    public int VocabularySize { get; init; } = 4_096;

    /// <summary>The longest sequence, in tokens.</summary>
    public int ContextLength { get; init; } = 256;

    /// <summary>The family's name in <c>config.json</c> (<c>model_type</c>).</summary>
    public abstract string Family { get; }

    /// <summary>How many trained numbers a network of this configuration has; a tied matrix counts once.</summary>
    public abstract long ParameterCount { get; }

    /// <summary>The same network for sequences of another length.</summary>
    /// <exception cref="Foundation.Errors.InkstoneRequestException">The network has no positions that far.</exception>
    public virtual ModelConfig WithContext(int length) => this with { ContextLength = length };

    /// <summary>Throws when a value is out of its range or two do not fit together, naming it.</summary>
    /// <exception cref="Foundation.Errors.InkstoneRequestException">A value is not possible.</exception>
    public virtual void Validate()
    {
        ConfigRule.InRange(nameof(VocabularySize), VocabularySize, 1, 1 << 24);
        ConfigRule.InRange(nameof(ContextLength), ContextLength, 1, 1 << 24);
    }
}
