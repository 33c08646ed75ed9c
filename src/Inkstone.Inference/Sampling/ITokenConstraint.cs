namespace Inkstone.Inference;

/// <summary>Which tokens may come next in a text that has to keep to a form: a grammar, a schema, a list of answers.</summary>
public interface ITokenConstraint
{
    /// <summary>Clears the bits of tokens that may not come next; sets none.</summary>
    /// <param name="mask">A bit a token: id <c>i</c> is bit <c>i mod 64</c> of word <c>i / 64</c>.</param>
    void Allow(Span<ulong> mask);

    /// <summary>Takes the token that was drawn as part of the text.</summary>
    /// <param name="token">A token whose bit <see cref="Allow"/> left standing.</param>
    void Accept(int token);

    /// <summary>Whether the text so far is complete, so that an end token may come.</summary>
    bool MayEnd { get; }

    /// <summary>A constraint in the same state that goes its own way from here.</summary>
    ITokenConstraint Fork();
}
