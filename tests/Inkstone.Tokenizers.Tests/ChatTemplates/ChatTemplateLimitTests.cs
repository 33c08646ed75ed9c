using Inkstone.Foundation.Errors;

namespace Inkstone.Tokenizers.Tests;

/// <summary>Templates that loop, nest or grow end in the project's exception, within counted steps.</summary>
public sealed class ChatTemplateLimitTests
{
    private static readonly ChatTemplateLimits Small = new() { MaximumSteps = 100_000, MaximumOutputLength = 100_000 };

    [Theory]
    [InlineData("{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}", "steps")]
    [InlineData("{% macro m() %}{{ m() }}{% endmacro %}\n{{ m() }}", "calls itself")]
    [InlineData("{% for x in [[]] recursive %}{{ loop([[]]) }}{% endfor %}", "calls itself")]
    [InlineData("{{ 'a' * 99999999 }}", "too long")]
    [InlineData("{% set ns = namespace(s='ab') %}{% for a in range(99) %}{% set ns.s = ns.s + ns.s %}{% endfor %}", "too long")]
    [InlineData("{% set ns = namespace(s='ab') %}{% for a in range(9999) %}{% set ns.s = ns.s ~ 'abcdefgh' %}{{ ns.s | length }}{% endfor %}", "steps")]
    [InlineData("{{ 2 ** 99999999 }}", "digits")]
    [InlineData("{% set ns = namespace(n=3) %}{% for a in range(99) %}{% set ns.n = ns.n * ns.n %}{% endfor %}", "digits")]
    [InlineData("{{ [0] * 99999999 }}", "steps")]
    [InlineData("{% set ns = namespace(l=[]) %}{% for a in range(99) %}{% set ns.l = [ns.l, ns.l] %}{% endfor %}{{ ns.l }}", "steps")]
    [InlineData("{% set ns = namespace(l=[]) %}{% for a in range(99) %}{% set ns.l = [ns.l, ns.l] %}{% endfor %}{{ ns.l == [ns.l] }}{{ ns.l | tojson | length }}", "steps")]
    [InlineData("{% set ns = namespace() %}{% set ns.n = ns %}{{ ns }}", "")]
    [InlineData("{% set ns = namespace(g=[1]) %}{% for a in range(9999) %}{% set ns.g = ns.g | map('string') %}{% endfor %}{{ ns.g | list }}", "")]
    [InlineData("{% set ns = namespace(t=()) %}{% for a in range(9999) %}{% set ns.t = (ns.t,) %}{% endfor %}{{ {ns.t: 1} }}", "")]
    [InlineData("{% set ns = namespace(t=[]) %}{% for a in range(9999) %}{% set ns.t = [ns.t] %}{% endfor %}{{ ns.t == [ns.t] }}{{ ns.t < [ns.t] }}{{ ns.t | tojson }}{{ 1 / 0 }}", "")]
    [InlineData("{% set s = 'ab' * 9999 %}{% for a in range(9999) %}{{ s.isalpha() and s is lower }}{% endfor %}", "steps")]
    [InlineData("{{ '%99999999d' % 1 }}", "too long")]
    [InlineData("{{ '{:99999999}'.format(1) }}", "too long")]
    [InlineData("{{ 'a'.center(99999999) }}", "too long")]
    [InlineData("{{ 'a\\tb'.expandtabs(99999999) }}", "too long")]
    [InlineData("{{ 'a' | indent(99999999) }}", "too long")]
    [InlineData("{{ [1] | batch(99999999, 0) | list }}", "steps")]
    [InlineData("{{ [1] | slice(99999999) | list }}", "steps")]
    [InlineData("{{ ['a'] | random }}", "not supported")]
    [InlineData("{{ 'a' | wordwrap }}", "not supported")]
    public void A_template_that_does_not_end_is_ended(string source, string reason)
    {
        var error = Assert.Throws<InkstoneFormatException>(() => ChatTemplate.Parse(source).Render(new(), Small));
        Assert.Contains(reason, error.What, StringComparison.Ordinal);
        Assert.StartsWith("chat template, line ", error.Where, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("(", ")", "1")]
    [InlineData("[", "]", "1")]
    [InlineData("{'a':", "}", "1")]
    [InlineData("not ", "", "1")]
    [InlineData("-", "", "1")]
    [InlineData("a[", "]", "1")]
    [InlineData("a(", ")", "1")]
    [InlineData("1 if 1 else ", "", "1")]
    [InlineData("1 + ", "", "1")]
    [InlineData("1 ~ ", "", "1")]
    [InlineData("a and ", "", "1")]
    [InlineData("1 < ", "", "1")]
    [InlineData("", "|string", "1")]
    [InlineData("", ".a", "messages")]
    [InlineData("", " is string", "1")]
    public void Expressions_nested_without_end_are_refused_or_carried_out(string before, string after, string core)
    {
        foreach (var times in new[] { 150, 7000, 100_000 })
        {
            var source = "{{ " + string.Concat(Enumerable.Repeat(before, times)) + core + string.Concat(Enumerable.Repeat(after, times)) + " }}";
            ChatFixtures.Render(source, new());
        }
    }

    [Fact]
    public void Tags_nested_without_end_are_refused()
    {
        foreach (var (open, close) in new[] { ("{% if 1 %}", "{% endif %}"), ("{% for a in [1] %}", "{% endfor %}"), ("{% macro m() %}", "{% endmacro %}"),
            ("{% generation %}", "{% endgeneration %}"), ("{% set x %}", "{% endset %}") })
        {
            var source = string.Concat(Enumerable.Repeat(open, 5000)) + string.Concat(Enumerable.Repeat(close, 5000));
            Assert.Equal("error", ChatFixtures.Render(source, new()).Kind);
        }
    }

    [Theory]
    [InlineData("{{a}}")]
    [InlineData("{{[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]}}")]
    [InlineData("{{1+1.1.1.1+a.a.a.a.a.a|d|d|d|d|d()()()()[a][a][a]}}")]
    [InlineData("{%if a%}b{%endif%}")]
    [InlineData("{{a is a is not a(a=a)}}")]
    [InlineData("{%macro a(b=c)%}{%endmacro%}")]
    [InlineData("{#a#}b")]
    [InlineData("{{'''''a'~'\\n'}}")]
    public void Reading_allocates_in_proportion_to_the_source(string part)
    {
        var source = string.Concat(Enumerable.Repeat(part, 250_000 / part.Length));
        foreach (var tried in new[] { part, source[..(50_000 / part.Length * part.Length)], source })
        {
            TryParse(part);
            var before = GC.GetAllocatedBytesForCurrentThread();
            TryParse(tried);
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(allocated <= 16L * tried.Length + (1 << 20), $"{allocated} bytes for {tried.Length} of {part}");
        }
    }

    [Fact]
    public void Long_chains_of_filters_and_names_are_refused_or_carried_out()
    {
        var chain = string.Concat(Enumerable.Repeat("|upper", 15_000));
        ChatFixtures.Render($"{{% filter upper{chain} %}}a{{% endfilter %}}", new());
        ChatFixtures.Render($"{{% set x {chain} %}}a{{% endset %}}", new());
        ChatFixtures.Render($"{{{{ a|b{string.Concat(Enumerable.Repeat(".c", 15_000))} }}}}", new());
    }

    [Fact]
    public void Errors_name_the_line()
    {
        var parsing = Assert.Throws<InkstoneFormatException>(() => ChatTemplate.Parse("a\n{% if 1 %}\n{{ 1 + }}"));
        Assert.Equal("chat template, line 3", parsing.Where);
        var running = Assert.Throws<InkstoneFormatException>(() => ChatTemplate.Parse("a\n{{ 1 }}\n\n{{ raise_exception('No: ' ~ 1) }}").Render(new()));
        Assert.Equal(("chat template, line 4", "No: 1"), (running.Where, running.What));
    }

    [Fact]
    public void Work_grows_with_the_conversation_and_no_faster()
    {
        const string Source = "{% set ns = namespace(s='') %}{% for m in messages %}{% set ns.s = ns.s ~ '<|' ~ m.role ~ '|>' ~ m.content | trim %}{% endfor %}{{ ns.s }}";
        var template = ChatTemplate.Parse(Source);
        long Steps(int count) => template.Render(new()
        {
            Messages = ChatTemplateInput.Json("[" + string.Join(',', Enumerable.Repeat("""{"role": "user", "content": " Some words of a message. "}""", count)) + "]"),
        }).Steps;
        var (few, many) = (Steps(200), Steps(2000));
        Assert.True(many < few * 12, $"{few} steps for 200 messages, {many} for 2000");
    }

    [Fact]
    public void A_template_serves_many_threads()
    {
        var template = ChatTemplate.Parse("{% for m in messages %}{{ m.role ~ ':' ~ (m.content | upper) }}{% endfor %}");
        var expected = template.Render(ChatFixtures.Context).Text;
        Parallel.For(0, 200, _ => Assert.Equal(expected, template.Render(ChatFixtures.Context).Text));
    }

    private static void TryParse(string source)
    {
        try
        {
            ChatTemplate.Parse(source);
        }
        catch (InkstoneFormatException)
        {
            // What was allocated is counted all the same.
        }
    }
}
