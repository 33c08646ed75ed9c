using Inkstone.Foundation.Randomness;

namespace Inkstone.Foundation.Tests.Fuzz;

/// <summary>A parser and the inputs it is tried with.</summary>
/// <param name="Name">What it is called on the command line.</param>
/// <param name="Mutant">An input, by its random numbers alone.</param>
/// <param name="Parse">Parses it; what is allocated meanwhile is counted.</param>
/// <param name="Check">Uses what was parsed, and throws <see cref="InvalidOperationException"/> where it cannot be.</param>
internal sealed record FuzzTarget(string Name, Func<RngCursor, byte[]> Mutant, Func<byte[], object> Parse, Action<object, byte[]> Check)
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<FuzzTarget> All { get; } = [GgufMutants.Target, SafetensorsMutants.Header, SafetensorsMutants.Index];

    /// <summary>The input of a round: the same everywhere and always.</summary>
    public byte[] Input(long round) => Mutant(Rng.From(20_260).Split(Name).Split(round).Cursor());

    /// <summary>Throws where something does not hold.</summary>
    public static void Require(bool holds, string what)
    {
        if (!holds)
            throw new InvalidOperationException(what);
    }
}
