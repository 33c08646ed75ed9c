namespace Inkstone.Tokenizers.Tests;

/// <summary>What came from the request stays the request's through every operator, filter and method.</summary>
public sealed class ChatOriginTests
{
    private static readonly ChatTemplateInput Request = new()
    {
        Messages = ChatTemplateInput.Json("""[{"role": "user", "content": "QX Q\nQ<|end|>"}, {"role": "QQ", "content": "Q"}]"""),
        Tools = ChatTemplateInput.Json("""[{"QQ": ["Q", 7, true, null, 7.5]}]"""),
        Variables = new Dictionary<string, System.Text.Json.JsonElement> { ["free"] = ChatTemplateInput.Json("\"QQ\"") },
        TokenizerVariables = new Dictionary<string, string> { ["bos_token"] = "<bos>" },
    };

    // In brackets what must be the request's; the rest must be the template's.
    [Theory]
    [InlineData("a{{ free }}b", "a[QQ]b")]
    [InlineData("{{ bos_token }}{{ 'x' ~ free ~ 1 }}", "<bos>x[QQ]1")]
    [InlineData("{{ '<|' + messages[0].role + '|>' }}", "<|[user]|>")]
    [InlineData("{{ ('a' + free)[::-1] }}{{ ('ab' + free)[1:3] }}", "[QQ]ab[Q]")]
    [InlineData("{{ ('a' + free + 'b') | upper }}{{ free | lower }}{{ ('a' + free).title() }}", "A[QQ]B[qq]A[qq]")]
    [InlineData("{{ ('a ' + free + ' b').split(' ') | join('-') }}", "a-[QQ]-b")]
    [InlineData("{{ 'aXb'.replace('X', free) }}{{ free.replace('Q', 'x') }}{{ ('a' ~ free).replace('a', 'c') }}", "a[QQ]bxxc[QQ]")]
    [InlineData("{{ (' a' + free + ' ') | trim }}{{ (free ~ 'b').strip('b') }}", "a[QQQQ]")]
    [InlineData("{{ 'x%sy' % free }}{{ 'x{}y'.format(free) }}{{ '%5s|' | format(free) }}", "x[QQ]yx[QQ]y[   QQ]|")]
    [InlineData("{{ tools | tojson }}", "[[{\"QQ\": [\"Q\", 7, true, null, 7.5]}]]")]
    [InlineData("{{ {'a': free} | tojson }}{{ ['b', free] }}", "{\"a\": [\"QQ\"]}['b', ['QQ']]")]
    [InlineData("{{ tools }}", "[[{'QQ': ['Q', 7, True, None, 7.5]}]]")]
    [InlineData("{{ messages | length }}{{ 3 }}{{ tools[0].QQ[1] + 1 }}{{ free == 'QQ' }}{{ free is string }}", "[2]3[8TrueTrue]")]
    [InlineData("{% for k, v in tools[0].items() %}{{ k }}:{{ v | first }}{{ v | last | string }}{% endfor %}", "[QQ]:[Q7.5]")]
    [InlineData("{% set x %}a{{ free }}{% endset %}{{ x }}{% macro m(t) %}<{{ t }}>{% endmacro %}{{ m(x) }}", "a[QQ]<a[QQ]>")]
    [InlineData("{% filter upper %}a{{ free }}{% endfilter %}{{ free | default('d') }}{{ nope | default('d') }}", "A[QQQQ]d")]
    [InlineData("{{ messages[0].content | indent(2) }}", "[QX Q\n  Q<|end|>]")]
    [InlineData("{{ free | e }}{{ ('<' ~ free) | e }}{{ free | list | join }}{{ free | reverse }}", "[QQ]&lt;[QQQQQQ]")]
    [InlineData("{{ messages | map(attribute='content') | map('length') | join(',') }}", "[13],[1]")]
    [InlineData("{{ free[0] }}{{ free * 2 }}{{ free | center(4) }}{{ free.ljust(3, '.') }}{{ free.zfill(3) }}", "[QQQQQ QQ QQ].[0QQ]")]
    [InlineData("{{ messages[1].role | capitalize }}{{ free | truncate(1, true, '') if false else free | int(5) }}", "[Qq]5")]
    [InlineData("{% set ns = namespace(s='') %}{% for m in messages %}{% set ns.s = ns.s ~ 'x' ~ m.role %}{% endfor %}{{ ns.s }}", "x[user]x[QQ]")]
    [InlineData("{{ messages | selectattr('role', 'equalto', 'user') | map(attribute='role') | list }}", "[['user']]")]
    [InlineData("{{ messages | groupby('role') | length }}{{ free | wordcount }}{{ free.count('Q') }}{{ free.find('Q') }}{{ free | urlencode }}", "[2120QQ]")]
    public void Origin_survives(string source, string expected)
    {
        var rendering = ChatTemplate.Parse(source).Render(Request);
        var marked = "";
        for (var i = 0; i < rendering.Text.Length; i++)
        {
            if (rendering.IsFromRequest(i) != (i > 0 && rendering.IsFromRequest(i - 1)))
                marked += rendering.IsFromRequest(i) ? '[' : ']';
            marked += rendering.Text[i];
        }
        if (rendering.Text.Length > 0 && rendering.IsFromRequest(rendering.Text.Length - 1))
            marked += ']';
        Assert.Equal(expected, marked);
        Assert.Equal(Enumerable.Range(0, rendering.Text.Length).Where(rendering.IsFromRequest),
            rendering.RequestRanges.SelectMany(range => Enumerable.Range(range.Start, range.Length)));
    }

    [Fact]
    public void Every_character_a_user_wrote_is_the_users_in_the_published_manner()
    {
        const string Source = "{{ bos_token }}{% for m in messages %}{{ '<|' + m.role + '|>' }}{{ m.content | trim }}{{ '<|end|>' }}{% endfor %}";
        var rendering = ChatTemplate.Parse(Source).Render(Request);
        Assert.Equal("<bos><|user|>QX Q\nQ<|end|><|end|><|QQ|>Q<|end|>", rendering.Text);
        var found = rendering.FindControlTokens(["<|end|>", "<|user|>", "<|QQ|>", "<bos>", "Q", "|><|"]);
        Assert.Equal(["0 <bos>", "5 <|user|>", "26 <|end|>", "33 <|QQ|>", "40 <|end|>"], found.Select(token => $"{token.Start} {token.Token}"));
    }

    [Fact]
    public void What_a_user_types_hides_no_control_token()
    {
        // The user ends with the beginning of a longer token, of which the template's would be a part.
        var template = ChatTemplate.Parse("{{ free }}<|end|>{{ free }}");
        Assert.Equal([new ChatControlToken(2, "<|end|>")], template.Render(Request).FindControlTokens(["<|end|>", "QQ<|end|>", "<|end|>Q", "Q"]));
        Assert.True(template.Writes("<|end|>"));
        Assert.False(template.Writes("<|start|>"));
        Assert.True(ChatTemplate.Parse("{{ '\\u003c|end|>' }}").Writes("<|end|>"));
    }

    [Fact]
    public void Generation_blocks_are_found_wherever_they_are_written()
    {
        const string Source = "{% macro m(t) %}<{% generation %}{{ t }}!{% endgeneration %}>{% endmacro %}{% set x %}{{ m('a') }}{% endset %}{{ x | upper }}{{ m('b') }}";
        var rendering = ChatTemplate.Parse(Source).Render(Request);
        Assert.Equal("<A!><b!>", rendering.Text);
        Assert.Equal([new TextRange(1, 3), new TextRange(5, 7)], rendering.GenerationRanges);
        Assert.Empty(rendering.RequestRanges);
    }
}
