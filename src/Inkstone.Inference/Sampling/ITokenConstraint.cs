namespace Inkstone.Inference;

/// <summary>
/// What an answer must look like, as a state that moves token by token: a grammar, a schema. The sampler asks it before each draw and tells it each token that
/// was drawn. It belongs to one answer and is used by one thread at a time. A constraint that has spent its allowance of work throws an
/// <see cref="Foundation.Errors.InkstoneException"/>, which fails the request; anything else it throws fails the request with an
/// <see cref="Foundation.Errors.InkstoneRequestException"/> that names it.
/// </summary>
public interface ITokenConstraint
{
    /// <summary>
    /// Says which tokens may come next: sets bit t mod 64 of word t / 64 for each such token t. The mask comes cleared, ⌈vocabulary / 64⌉ words; bits past the
    /// vocabulary are ignored. Tokens that end an answer are left out: <see cref="MayEnd"/> speaks for them.
    /// </summary>
    void Allow(Span<ulong> mask);

    /// <summary>Moves on by a token that was allowed. A token that ends the answer is not told.</summary>
    void Accept(int token);

    /// <summary>Whether the answer so far is complete, so that it may end here. A complete answer that nothing may follow ends.</summary>
    bool MayEnd { get; }

    /// <summary>A constraint in the same state that moves on its own.</summary>
    ITokenConstraint Fork();
}
