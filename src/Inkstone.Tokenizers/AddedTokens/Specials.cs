using Inkstone.Foundation.Errors;

namespace Inkstone.Tokenizers;

/// <summary>
/// Which control tokens Encode recognises in text. Text from users should be encoded with <see cref="None"/>, the default, so that
/// nobody ends a document or opens a role by typing its mark; text that a program composed itself may use <see cref="All"/>.
/// </summary>
public sealed class Specials
{
    private readonly string[]? _names;

    // In a rendered conversation: tokens that count as control, special or not, and the only places where they are matched.
    private readonly HashSet<string>? _control;
    private readonly HashSet<(int Start, string Token)>? _places;

    private Specials(string[]? names) => _names = names;

    private Specials(HashSet<string> control, HashSet<(int Start, string Token)> places) => (_control, _places) = (control, places);

    /// <summary>No control token is recognised: their marks are text like any other.</summary>
    public static Specials None { get; } = new([]);

    /// <summary>Every control token of the tokenizer is recognised, as Hugging Face's tokenizers do by default.</summary>
    public static Specials All { get; } = new(null);

    /// <summary>Only these control tokens are recognised.</summary>
    /// <param name="names">Their texts, such as <c>&lt;|endoftext|&gt;</c>.</param>
    public static Specials Only(params ReadOnlySpan<string> names) => new(names.ToArray());

    /// <summary>Whether no special is recognised.</summary>
    internal bool IsNone => _names is { Length: 0 };

    /// <summary>These tokens are recognised at these places of the source, in bytes, and nowhere else; all other tokens as by <see cref="All"/>.</summary>
    internal static Specials At(HashSet<string> control, HashSet<(int Start, string Token)> places) => new(control, places);

    /// <summary>Whether this added token is recognised at a place of the source.</summary>
    internal bool Allows(AddedToken token, int place) =>
        _control is not null && _control.Contains(token.Content) ? _places!.Contains((place, token.Content))
        : !token.IsSpecial || _names is null || Array.IndexOf(_names, token.Content) >= 0;

    /// <summary>Checks that a tokenizer has every token named.</summary>
    /// <exception cref="InkstoneRequestException">It has not.</exception>
    internal void CheckAgainst(IReadOnlyList<AddedToken> tokens)
    {
        foreach (var name in _names ?? [])
        {
            if (!tokens.Any(token => token.IsSpecial && token.Content == name))
                throw new InkstoneRequestException("a special token is not in the tokenizer", nameof(Specials),
                    expected: "one of " + string.Join(", ", tokens.Where(token => token.IsSpecial).Select(token => token.Content)), found: name);
        }
    }
}
