using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Inkstone.Tokenizers;

/// <summary>The tokens of a template with one to look ahead at; counts them and how deep they nest.</summary>
internal sealed class TokenReader
{
    // Templates in use hold up to 2,400 tokens; with this many, what parsing allocates stays within 16 times the source and a mebibyte.
    private const int TokensAlways = 8192, CharactersPerToken = 7;
    private readonly TemplateLexer _lexer;
    private readonly int _maximumDepth;
    private int _left, _depth;
    private TemplateToken? _ahead;

    /// <summary>Begins at the first token.</summary>
    public TokenReader(string source, ChatTemplateLimits limits)
    {
        if (source.Length > limits.MaximumSourceLength)
            throw TemplateErrors.At(1, "the template is too long",
                string.Create(CultureInfo.InvariantCulture, $"at most {limits.MaximumSourceLength} characters"),
                string.Create(CultureInfo.InvariantCulture, $"{source.Length}"));
        _maximumDepth = limits.MaximumDepth;
        _left = TokensAlways + source.Length / CharactersPerToken;
        _lexer = new(source);
        Current = Read();
    }

    /// <summary>The token to be read.</summary>
    public TemplateToken Current { get; private set; }

    /// <summary>Texts outside tags and strings that were met.</summary>
    public List<string> Literals { get; } = [];

    /// <summary>The token after the current one.</summary>
    public TemplateToken Ahead => _ahead ??= Read();

    /// <summary>Reads a token.</summary>
    public TemplateToken Take()
    {
        var taken = Current;
        Current = Ahead;
        _ahead = null;
        return taken;
    }

    /// <summary>Reads text outside tags, which comments may part.</summary>
    public TextValue TakeData()
    {
        var text = Take().Text;
        if (Current.Kind == TemplateTokenKind.Data)
        {
            var whole = new StringBuilder(text);
            while (Current.Kind == TemplateTokenKind.Data)
                whole.Append(Take().Text);
            text = whole.ToString();
        }
        Literals.Add(text);
        return new(text);
    }

    /// <summary>Reads an operator if it comes next.</summary>
    public bool TakeIf(string text)
    {
        if (!Current.IsOperator(text))
            return false;
        Take();
        return true;
    }

    /// <summary>Reads a keyword if it comes next.</summary>
    public bool TakeIfName(string name)
    {
        if (!Current.IsName(name))
            return false;
        Take();
        return true;
    }

    /// <summary>Reads a token that must be of a kind.</summary>
    public TemplateToken Expect(TemplateTokenKind kind, string? what = null) => Current.Kind == kind
        ? Take()
        : throw Unexpected(what ?? new TemplateToken(kind, "name", 0).Description);

    /// <summary>Reads an operator that must come.</summary>
    public TemplateToken Expect(string text) => Current.IsOperator(text) ? Take() : throw Unexpected($"'{text}'");

    /// <summary>Reads a keyword that must come.</summary>
    public void ExpectName(string name)
    {
        if (!TakeIfName(name))
            throw Unexpected($"'{name}'");
    }

    /// <summary>An error about the current token.</summary>
    public Foundation.Errors.InkstoneFormatException Unexpected(string expected) =>
        TemplateErrors.At(Current.Line, "not what belongs here", expected, Foundation.Errors.Excerpt.Of(Current.Description));

    /// <summary>Goes into something that may contain itself.</summary>
    public void Descend()
    {
        if (++_depth > _maximumDepth || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw TemplateErrors.At(Current.Line, "the template nests too deeply",
                string.Create(CultureInfo.InvariantCulture, $"at most {_maximumDepth} tags and brackets within each other"));
    }

    /// <summary>Comes back.</summary>
    public void Ascend() => _depth--;

    private TemplateToken Read()
    {
        var token = _lexer.Next();
        if (--_left < 0)
            throw TemplateErrors.At(token.Line, "the template has too many tokens");
        if (token.Kind == TemplateTokenKind.String)
            Literals.Add(token.Text);
        return token;
    }
}
