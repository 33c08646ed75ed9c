using System.Text.Json;
using static Inkstone.Inference.GrammarExpression;

namespace Inkstone.Inference;

/// <content>Objects, and when branches exclude each other.</content>
internal sealed partial class SchemaReader
{
    /// <summary>Members in the order of the schema, those not required left out or not, then members of other names.</summary>
    private GrammarExpression Object(List<SchemaPlace> schemas)
    {
        var (names, required) = (new List<string>(), new HashSet<string>(StringComparer.Ordinal));
        foreach (var schema in schemas)
        {
            if (schema.Find("properties") is { } properties)
            {
                if (properties.ValueKind != JsonValueKind.Object)
                    throw schema.Refuse("properties", "the value of a keyword is not what it must be", "an object");
                names.AddRange(properties.EnumerateObject().Select(member => member.Name));
            }
            if (schema.Find("required") is { } listed)
            {
                if (listed.ValueKind != JsonValueKind.Array || listed.EnumerateArray().Any(item => item.ValueKind != JsonValueKind.String))
                    throw schema.Refuse("required", "the value of a keyword is not what it must be", "an array of strings");
                required.UnionWith(listed.EnumerateArray().Select(item => item.GetString()!));
            }
        }
        var known = names.ToHashSet(StringComparer.Ordinal);
        names = [.. names.Distinct(StringComparer.Ordinal), .. required.Where(name => !known.Contains(name)).Order(StringComparer.Ordinal)];
        Step(names.Sum(name => name.Length));
        var members = names.ConvertAll(name => (IsRequired: required.Contains(name), Member: Of(JsonPieces.Quote(name), _pieces.Colon, RuleOf(SchemasOf(schemas, name)))));
        var others = RuleOf([.. schemas.Select(schema => schema.Sub("additionalProperties")).OfType<SchemaPlace>()]);
        var other = Of(_pieces.KeyExcept(names), _pieces.Colon, others);
        var least = schemas.Max(schema => schema.Count("minProperties") ?? 0);
        var most = schemas.Min(schema => schema.Count("maxProperties") ?? Repeat.Unbounded);
        if (members.Count == 0)
            return most < least ? Nothing : _pieces.Braced(_pieces.Listed(other, least, most));
        if (least > required.Count || most != Repeat.Unbounded)
            throw schemas[0].Refuse(most != Repeat.Unbounded ? "maxProperties" : "minProperties", "a count beside named properties is not supported");
        return _pieces.Braced(Members(members, other));
    }

    /// <summary>The schemas of a member: by name, else those for other names.</summary>
    private List<SchemaPlace> SchemasOf(List<SchemaPlace> schemas, string name)
    {
        var found = new List<SchemaPlace>();
        foreach (var schema in schemas)
        {
            Step(1);
            if (schema.Find("properties") is { } properties && properties.TryGetProperty(name, out var member))
                found.Add(schema.Under("properties", properties).Under(name, member));
            else if (schema.Sub("additionalProperties") is { } others)
                found.Add(others);
        }
        return found;
    }

    private GrammarExpression Members(List<(bool IsRequired, GrammarExpression Member)> members, GrammarExpression other)
    {
        // The first member written may be any up to the first that is required; what may follow each is a rule, so that the whole stays linear.
        var last = members.FindIndex(member => member.IsRequired);
        var firsts = last < 0 ? members.Count : last + 1;
        var following = new GrammarExpression[firsts + 1];
        following[firsts] = rules.Add("further members", Of([
            .. members.Skip(firsts).Select(member => Next(member)), Any(Of(_pieces.Comma, other))]));
        for (var i = firsts - 1; i > 0; i--)
            following[i] = rules.Add("further members", Of(Next(members[i]), following[i + 1]));
        var options = new List<GrammarExpression>();
        for (var i = 0; i < firsts; i++)
            options.Add(Of(members[i].Member, following[i + 1]));
        if (last < 0)
            options.Add(_pieces.Listed(other, 0, Repeat.Unbounded));
        return OneOf([.. options]);

        GrammarExpression Next((bool IsRequired, GrammarExpression Member) member)
        {
            var next = Of(_pieces.Comma, member.Member);
            return member.IsRequired ? next : Optional(next);
        }
    }

    /// <summary>Refuses branches of which a value might satisfy two, since it would then satisfy the choice no more.</summary>
    private void CheckDisjoint(SchemaPlace schema, SchemaPlace[] options)
    {
        if (options.Length > LargestGroup)
            throw schema.Refuse("oneOf", "a keyword has too many schemas", $"at most {LargestGroup}");
        for (var i = 0; i < options.Length; i++)
        {
            for (var j = 0; j < i; j++)
            {
                if (!AreDisjoint(Target(options[i]), Target(options[j])))
                {
                    throw schema.Refuse("oneOf", "it is not evident that no value satisfies two branches",
                        "branches that differ in type, in const or enum, or in those of a required property", "Write anyOf.");
                }
            }
        }
    }

    private SchemaPlace Target(SchemaPlace schema)
    {
        for (var turns = 0; turns < limits.Nesting && schema.Text("$ref") is { } reference; turns++)
            schema = document.Resolve(schema, reference);
        return schema;
    }

    private bool AreDisjoint(SchemaPlace left, SchemaPlace right)
    {
        Step(1);
        if (left.Value.ValueKind == JsonValueKind.False || right.Value.ValueKind == JsonValueKind.False)
            return true;
        if (left.Value.ValueKind != JsonValueKind.Object || right.Value.ValueKind != JsonValueKind.Object)
            return false;
        if ((StatedTypes(left) & StatedTypes(right)) == SchemaTypes.None)
            return true;
        if (Values(left) is { } some && Values(right) is { } others)
        {
            Step(some.Count * others.Count);
            return !some.Exists(value => others.Exists(other => JsonElement.DeepEquals(value, other)));
        }
        if (left.Find("properties") is not { ValueKind: JsonValueKind.Object } properties || right.Find("properties") is not { ValueKind: JsonValueKind.Object } theirs)
            return false;
        // By names only both may be told apart that both must have; and both are objects only if they say so.
        return StatedTypes(left) == SchemaTypes.Object && StatedTypes(right) == SchemaTypes.Object && properties.EnumerateObject().Any(member =>
            Requires(left, member.Name) && Requires(right, member.Name) && theirs.TryGetProperty(member.Name, out var same)
            && member.Value.ValueKind == JsonValueKind.Object && same.ValueKind == JsonValueKind.Object
            && Values(new(member.Value, left.Path)) is { } mine && Values(new(same, right.Path)) is { } its
            && !mine.Exists(value => its.Exists(other => JsonElement.DeepEquals(value, other))));
    }

    private static SchemaTypes StatedTypes(SchemaPlace schema) => Values(schema) is { } values
        ? values.Aggregate(SchemaTypes.None, (types, value) => types | SchemaTypeNames.Of(value)) : schema.Find("type") is null ? SchemaTypes.All : SchemaTypeNames.Of(schema);

    private static bool Requires(SchemaPlace schema, string name) => schema.Find("required") is { ValueKind: JsonValueKind.Array } names
        && names.EnumerateArray().Any(item => item.ValueKind == JsonValueKind.String && item.GetString() == name);

    private static List<JsonElement>? Values(SchemaPlace schema) =>
        schema.Find("const") is { } constant ? [constant] : schema.Find("enum") is { ValueKind: JsonValueKind.Array } values ? [.. values.EnumerateArray()] : null;
}
