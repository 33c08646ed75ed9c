using Inkstone.Foundation.Errors;

namespace Inkstone.Inference;

/// <summary>A caller's constraint at the engine's border: whatever it throws becomes an error of the one request that brought it.</summary>
/// <param name="given">The caller's.</param>
internal sealed class GuardedConstraint(ITokenConstraint given) : ITokenConstraint
{
    public bool MayEnd
    {
        get
        {
            try
            {
                return given.MayEnd;
            }
            catch (Exception error) when (error is not InkstoneException)
            {
                throw Failure(nameof(MayEnd), error);
            }
        }
    }

    public void Allow(Span<ulong> mask)
    {
        try
        {
            given.Allow(mask);
        }
        catch (Exception error) when (error is not InkstoneException)
        {
            throw Failure(nameof(Allow), error);
        }
    }

    public void Accept(int token)
    {
        try
        {
            given.Accept(token);
        }
        catch (Exception error) when (error is not InkstoneException)
        {
            throw Failure(nameof(Accept), error);
        }
    }

    public ITokenConstraint Fork()
    {
        ITokenConstraint? fork;
        try
        {
            fork = given.Fork();
        }
        catch (Exception error) when (error is not InkstoneException)
        {
            throw Failure(nameof(Fork), error);
        }
        return fork is null ? throw new InkstoneRequestException("the answer's constraint has no fork", Place(nameof(Fork)), "a constraint", "null")
            : new GuardedConstraint(fork);
    }

    private InkstoneRequestException Failure(string member, Exception error) =>
        new($"the answer's constraint threw {error.GetType().Name} ({error.Message})", Place(member), fix: "Mend the constraint.", cause: error);

    private string Place(string member) => $"{given.GetType().Name}.{member}";
}
