using System.Globalization;
using System.Text.Json;
using Inkstone.Foundation.Errors;
using static Inkstone.Inference.GrammarExpression;

namespace Inkstone.Inference;

/// <summary>
/// Turns a JSON schema into rules. The schemas that hold for a value together (one, or several by <c>allOf</c>, <c>$ref</c> and keywords beside them) become one
/// rule, made once however often they meet; so recursive schemas become recursive rules.
/// </summary>
internal sealed partial class SchemaReader(SchemaDocument document, GrammarRules rules, GrammarLimits limits)
{
    private const int LargestRuleCount = 20_000;
    private const int LargestGroup = 256;
    private const int LargestStepCount = 250_000;

    private readonly JsonPieces _pieces = new(rules);
    private readonly Dictionary<string, GrammarExpression> _known = [];
    private readonly Queue<(int Rule, List<SchemaPlace> Schemas)> _pending = [];
    private int _steps;

    /// <summary>Reads the schema; the number of the rule that is its root.</summary>
    public int Read()
    {
        var root = rules.Declare("schema");
        rules.Define(root, RuleOf([document.Root]));
        while (_pending.TryDequeue(out var next))
            rules.Define(next.Rule, Conjunction(next.Schemas));
        return root;
    }

    /// <summary>The rule of schemas that all hold.</summary>
    private GrammarExpression RuleOf(List<SchemaPlace> schemas)
    {
        if (schemas.Count == 0)
            return _pieces.Value;
        var key = string.Join('\n', schemas.Select(schema => schema.Path).Distinct().Order(StringComparer.Ordinal));
        if (_known.TryGetValue(key, out var known))
            return known;
        Step(schemas.Count);
        if (_known.Count > LargestRuleCount)
            throw new InkstoneRequestException("a schema's parts combine in too many ways", "schema", string.Create(CultureInfo.InvariantCulture, $"at most {LargestRuleCount}"));
        var rule = rules.Declare(schemas[0].Path);
        _pending.Enqueue((rule, schemas));
        return _known[key] = new Reference(rule);
    }

    private GrammarExpression Conjunction(List<SchemaPlace> schemas)
    {
        if (schemas is [var only] && OnlyReference(only) is { } target)
            return RuleOf([target]);
        var flat = new List<SchemaPlace>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var schema in schemas)
            Flatten(schema, flat, seen);
        if (flat.Exists(schema => schema.Value.ValueKind == JsonValueKind.False))
            return Nothing;
        flat.RemoveAll(schema => schema.Value.ValueKind == JsonValueKind.True);
        return Branches(flat, [], 0);
    }

    /// <summary>What a schema points to that is nothing but a reference.</summary>
    private SchemaPlace? OnlyReference(SchemaPlace schema) =>
        schema.Text("$ref") is { } reference && schema.Value.EnumerateObject().All(member => member.Name == "$ref" || SchemaDocument.IsAnnotation(member.Name))
            ? document.Resolve(schema, reference) : null;

    private void Flatten(SchemaPlace schema, List<SchemaPlace> flat, HashSet<string> seen)
    {
        var pending = new Stack<SchemaPlace>([schema]);
        while (pending.TryPop(out var next))
        {
            Step(1);
            if (!seen.Add(next.Path))
                continue;
            SchemaDocument.Check(next);
            flat.Add(next);
            if (next.Text("$ref") is { } reference)
                pending.Push(document.Resolve(next, reference));
            if (next.Find("allOf") is { } all)
            {
                foreach (var part in next.Listed("allOf", all).Reverse())
                    pending.Push(part);
            }
        }
    }

    /// <summary>Takes the choices of all schemas one after the other, each branch with all that holds beside it.</summary>
    private GrammarExpression Branches(List<SchemaPlace> flat, List<SchemaPlace> chosen, int depth)
    {
        Step(1 + flat.Count);
        if (depth > limits.Nesting)
            throw new InkstoneRequestException("choices within choices are nested too deep", "schema", string.Create(CultureInfo.InvariantCulture, $"at most {limits.Nesting}"));
        foreach (var schema in flat)
        {
            foreach (var keyword in new[] { "anyOf", "oneOf" })
            {
                var mark = schema.Under(keyword, schema.Value);
                if (schema.Find(keyword) is not { } group || chosen.Exists(known => known.Path == mark.Path))
                    continue;
                SchemaPlace[] options = [.. schema.Listed(keyword, group)];
                if (keyword == "oneOf")
                    CheckDisjoint(schema, options);
                List<SchemaPlace> now = [.. chosen, mark];
                // A choice with nothing beside it is a choice between rules.
                if (flat.All(other => IsBare(other, now)))
                    return OneOf([.. options.Select(option => RuleOf([option]))]);
                return OneOf([.. options.Select(option =>
                {
                    var (all, seen) = (new List<SchemaPlace>(flat), flat.Select(place => place.Path).ToHashSet(StringComparer.Ordinal));
                    Flatten(option, all, seen);
                    all.RemoveAll(place => place.Value.ValueKind == JsonValueKind.True);
                    return all.Exists(place => place.Value.ValueKind == JsonValueKind.False) ? Nothing : Branches(all, now, depth + 1);
                })]);
            }
        }
        return Plain(flat);
    }

    /// <summary>Whether a schema says nothing of its own but the choices that have been made.</summary>
    private static bool IsBare(SchemaPlace schema, List<SchemaPlace> chosen) => schema.Value.EnumerateObject().All(member =>
        member.Name is "$ref" or "allOf" || SchemaDocument.IsAnnotation(member.Name) || chosen.Exists(known => known.Path == $"{schema.Path}.{member.Name}"));

    private GrammarExpression Plain(List<SchemaPlace> schemas)
    {
        var types = schemas.Aggregate(SchemaTypes.All, (all, schema) => all & SchemaTypeNames.Of(schema));
        if (schemas.Exists(schema => schema.Find("enum") is not null || schema.Find("const") is not null))
            return Constants(schemas, types);
        if (types == SchemaTypes.All)
            return _pieces.Value;
        var options = new List<GrammarExpression>();
        if (types.HasFlag(SchemaTypes.Object))
            options.Add(Object(schemas));
        if (types.HasFlag(SchemaTypes.Array))
            options.Add(Array(schemas));
        if (types.HasFlag(SchemaTypes.String))
            options.Add(String(schemas));
        if ((types & SchemaTypes.Number) != SchemaTypes.None)
            options.Add(Number(schemas, types));
        if (types.HasFlag(SchemaTypes.Boolean))
            options.Add(JsonPieces.Boolean);
        if (types.HasFlag(SchemaTypes.Null))
            options.Add(JsonPieces.Null);
        return OneOf([.. options]);
    }

    private GrammarExpression Constants(List<SchemaPlace> schemas, SchemaTypes types)
    {
        List<JsonElement>? values = null;
        foreach (var schema in schemas)
        {
            foreach (var member in schema.Value.EnumerateObject())
            {
                if (member.Name is not ("enum" or "const" or "type" or "anyOf" or "oneOf" or "allOf" or "$ref" or "uniqueItems") && !SchemaDocument.IsAnnotation(member.Name))
                    throw schema.Refuse(member.Name, "a keyword beside enum or const is not supported", fix: "List only the values that satisfy it.");
            }
            if (schema.Find("enum") is { } listed)
            {
                if (listed.ValueKind != JsonValueKind.Array)
                    throw schema.Refuse("enum", "the value of a keyword is not what it must be", "an array");
                Meet([.. listed.EnumerateArray()]);
            }
            if (schema.Find("const") is { } constant)
                Meet([constant]);
        }
        return OneOf([.. values!.Where(value => (SchemaTypeNames.Of(value) & types) != SchemaTypes.None).Select(_pieces.Constant)]);

        void Meet(List<JsonElement> more)
        {
            if (values is not null)
                Step(values.Count * more.Count);
            values = values is null ? more : [.. values.Where(value => more.Exists(other => JsonElement.DeepEquals(value, other)))];
        }
    }

    private void Step(int count)
    {
        _steps += count;
        if (_steps is < 0 or > LargestStepCount || rules.Count > limits.States)
            throw new InkstoneRequestException("a schema is too much work", "schema", "fewer steps than the limit", "more", "Its references, choices and conjunctions multiply.");
    }
}
