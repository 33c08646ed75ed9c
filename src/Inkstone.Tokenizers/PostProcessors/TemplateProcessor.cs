namespace Inkstone.Tokenizers;

/// <summary>One place of a template: a text (0 or 1), or added tokens.</summary>
/// <param name="Sequence">The number of the text; null for added tokens.</param>
/// <param name="Special">The name of the added tokens, for a place without a text.</param>
/// <param name="TypeId">The segment.</param>
internal sealed record TemplatePlace(int? Sequence, string? Special, int TypeId);

/// <summary>Tokens that templates name.</summary>
/// <param name="Name">Their name.</param>
/// <param name="Ids">Their ids.</param>
/// <param name="Tokens">Their texts.</param>
internal sealed record TemplateSpecial(string Name, IReadOnlyList<int> Ids, IReadOnlyList<string> Tokens);

/// <summary>Lays texts and added tokens out as a template says, one for a single text and one for a pair.</summary>
internal sealed class TemplateProcessor(IReadOnlyList<TemplatePlace> single, IReadOnlyList<TemplatePlace> pair, IReadOnlyList<TemplateSpecial> specials) : PostProcessor
{
    private readonly Dictionary<string, TemplateSpecial> _specials = specials.ToDictionary(special => special.Name);

    /// <summary>The template for a single text.</summary>
    public IReadOnlyList<TemplatePlace> Single { get; } = single;

    /// <summary>The template for a pair.</summary>
    public IReadOnlyList<TemplatePlace> Pair { get; } = pair;

    /// <summary>The tokens that templates name.</summary>
    public IReadOnlyList<TemplateSpecial> Specials { get; } = specials;

    /// <summary>One token before each text and one after it; null where there is neither.</summary>
    public static TemplateProcessor? Around(AddedToken? begin, AddedToken? end)
    {
        if (begin is null && end is null)
            return null;
        var specials = new[] { begin, end }.OfType<AddedToken>().Distinct().Select(token => new TemplateSpecial(token.Content, [token.Id], [token.Content]));
        return new([.. Places(0)], [.. Places(0), .. Places(1)], [.. specials]);

        IEnumerable<TemplatePlace> Places(int sequence)
        {
            if (begin is not null)
                yield return new(null, begin.Content, sequence);
            yield return new(sequence, null, sequence);
            if (end is not null)
                yield return new(null, end.Content, sequence);
        }
    }

    /// <inheritdoc/>
    public override int AddedCount(bool isPair) =>
        (int)Math.Min(int.MaxValue, (isPair ? Pair : Single).Sum(place => place.Special is { } name ? (long)_specials[name].Ids.Count : 0));

    /// <inheritdoc/>
    public override IEnumerable<int> Ids => Specials.SelectMany(special => special.Ids);

    /// <inheritdoc/>
    public override PostProcessor Renumber(Func<int, int> newId) =>
        new TemplateProcessor(Single, Pair, [.. Specials.Select(special => special with { Ids = [.. special.Ids.Select(newId)] })]);

    /// <inheritdoc/>
    public override TokenEncoding[] Process(TokenEncoding[] encodings, bool addSpecial, SourceTexts? texts)
    {
        var parts = new List<TokenEncoding>();
        foreach (var place in encodings.Length == 2 ? Pair : Single)
        {
            if (place.Sequence is { } number)
                parts.Add(WithType(encodings[number], place.TypeId));
            else if (addSpecial && _specials[place.Special!] is var special)
                parts.Add(new([.. special.Ids.Select((id, i) => new TokenInText(id, special.Tokens[i], default, place.TypeId, IsSpecial: true))]));
        }
        return [.. parts];
    }
}
