namespace Inkstone.Inference;

/// <summary>A piece of a rule: what every notation is read into.</summary>
internal abstract class GrammarExpression
{
    /// <summary>The empty text.</summary>
    public static GrammarExpression Empty { get; } = new Sequence([]);

    /// <summary>What no text matches.</summary>
    public static GrammarExpression Nothing { get; } = new Choice([]);

    /// <summary>The bytes as they are.</summary>
    public sealed class Literal(byte[] bytes) : GrammarExpression
    {
        public byte[] Bytes { get; } = bytes;
    }

    /// <summary>One code point of a set, in UTF-8.</summary>
    public sealed class Character(CodePointSet set) : GrammarExpression
    {
        public CodePointSet Set { get; } = set;
    }

    /// <summary>One part after another.</summary>
    public sealed class Sequence(IReadOnlyList<GrammarExpression> parts) : GrammarExpression
    {
        public IReadOnlyList<GrammarExpression> Parts { get; } = parts;
    }

    /// <summary>One of the options.</summary>
    public sealed class Choice(IReadOnlyList<GrammarExpression> options) : GrammarExpression
    {
        public IReadOnlyList<GrammarExpression> Options { get; } = options;
    }

    /// <summary>The body from <paramref name="least"/> to <paramref name="most"/> times.</summary>
    public sealed class Repeat(GrammarExpression body, int least, int most) : GrammarExpression
    {
        /// <summary>The bound that is none.</summary>
        public const int Unbounded = int.MaxValue;

        public GrammarExpression Body { get; } = body;

        public int Least { get; } = least;

        public int Most { get; } = most;
    }

    /// <summary>Another rule, or this one again.</summary>
    public sealed class Reference(int rule) : GrammarExpression
    {
        public int Rule { get; } = rule;
    }

    /// <summary>A text as it is.</summary>
    public static GrammarExpression Text(string text) => new Literal(System.Text.Encoding.UTF8.GetBytes(text));

    /// <summary>The body or nothing.</summary>
    public static GrammarExpression Optional(GrammarExpression body) => new Repeat(body, 0, 1);

    /// <summary>The body any number of times.</summary>
    public static GrammarExpression Any(GrammarExpression body) => new Repeat(body, 0, Repeat.Unbounded);

    /// <summary>Parts one after another.</summary>
    public static GrammarExpression Of(params GrammarExpression[] parts) => parts.Length == 1 ? parts[0] : new Sequence(parts);

    /// <summary>One of the options.</summary>
    public static GrammarExpression OneOf(params GrammarExpression[] options) => options.Length == 1 ? options[0] : new Choice(options);
}
