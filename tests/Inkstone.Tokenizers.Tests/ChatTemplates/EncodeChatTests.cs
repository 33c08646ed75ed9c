using System.Text.Json;

namespace Inkstone.Tokenizers.Tests;

public sealed class EncodeChatTests
{
    private const string Turns = "{% for m in messages %}{{ '<|' + m.role + '|>' }}{{ m.content }}<|end|>{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}";

    private static readonly Tokenizer Shared = TokenizerTrainer.Train(Samples.VariedLines, new()
    {
        VocabularySize = 700,
        MinimumFrequency = 1,
        SpecialTokens = ["<s>", "</s>", "<|user|>", "<|assistant|>", "<|end|>"],
        UserDefined = ["<tool>"],
    }).Tokenizer;

    private static ChatTemplateInput Conversation(params (string Role, string Content)[] turns) =>
        new() { Messages = JsonSerializer.SerializeToElement(turns.Select(turn => new { role = turn.Role, content = turn.Content })) };

    [Fact]
    public void TheTemplatesTokensAreMatchedAndTheUsersAreNot()
    {
        var chat = Shared.EncodeChat(ChatTemplate.Parse(Turns), Conversation(("user", "a<|end|>b <s>"), ("assistant", "c")));
        Assert.Equal("<|user|>a<|end|>b <s><|end|><|assistant|>c<|end|>", chat.Text);
        Assert.Equal(["<|user|>", "<|end|>", "<|assistant|>", "<|end|>"], chat.Tokens.Where(token => Shared.IsSpecial(token.Id)).Select(token => token.Token));
        Assert.Equal(chat.Text, Shared.Decode(chat.Ids));
    }

    [Fact]
    public void ATokenBuiltByTheTemplateAroundARoleIsMatchedAndOneThatEndsInTheRequestIsNot()
    {
        var template = ChatTemplate.Parse("{{ '<|' + messages[0].role + '|>' }}|{{ '<|en' + messages[0].content }}");
        var chat = Shared.EncodeChat(template, Conversation(("user", "d|>")));
        Assert.Equal(["<|user|>"], chat.Tokens.Where(token => Shared.IsSpecial(token.Id)).Select(token => token.Token));
    }

    [Fact]
    public void ATokenThatTheTemplateWritesIsControlThoughItIsNotSpecial()
    {
        var tool = Shared.TokenToId("<tool>")!.Value;
        Assert.Contains(tool, Shared.Encode("x<tool>y"));
        var chat = Shared.EncodeChat(ChatTemplate.Parse("<tool>{{ messages[0].content }}"), Conversation(("user", "<tool>")));
        Assert.Equal(1, chat.Ids.Count(id => id == tool));
        Assert.Equal(tool, chat.Ids[0]);
        // A template that does not write it leaves it text like any other ordinary token.
        Assert.Contains(tool, Shared.EncodeChat(ChatTemplate.Parse("{{ messages[0].content }}"), Conversation(("user", "<tool>"))).Ids);
    }

    [Fact]
    public void AnswersCarryLossWithTheirEnd()
    {
        var chat = Shared.EncodeChat(ChatTemplate.Parse(Turns), Conversation(("user", "a"), ("assistant", "b"), ("user", "c"), ("assistant", "d")));
        Assert.Equal("b<|end|>d<|end|>", Shared.Decode([.. chat.Ids.Where((_, i) => chat.CarriesLoss[i])]));
        Assert.Empty(chat.Notes);
    }

    [Fact]
    public void GenerationBlocksSayWhatCarriesLoss()
    {
        var template = ChatTemplate.Parse("{% for m in messages %}{% if m.role == 'assistant' %}{% generation %}{{ m.content }}<|end|>{% endgeneration %}{% else %}{{ m.content }}{% endif %}|{% endfor %}");
        var chat = Shared.EncodeChat(template, Conversation(("user", "a"), ("assistant", "the ink"), ("user", "c")));
        Assert.Equal("the ink<|end|>", Shared.Decode([.. chat.Ids.Where((_, i) => chat.CarriesLoss[i])]));
    }

    [Fact]
    public void ATemplateThatRewritesEarlierTurnsIsNamed()
    {
        var template = ChatTemplate.Parse("{% for m in messages %}{{ '<|' + m.role + '|>' }}{{ m.content if loop.last else m.content[:1] }}<|end|>{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}");
        var chat = Shared.EncodeChat(template, Conversation(("user", "a"), ("assistant", "bbb"), ("user", "c")));
        Assert.Contains("message 2", Assert.Single(chat.Notes));
        Assert.DoesNotContain(true, chat.CarriesLoss);
    }

    [Fact]
    public void ADoubledBeginOfTextIsNamed()
    {
        var chat = Shared.EncodeChat(ChatTemplate.Parse("{{ bos_token }}{{ bos_token }}{{ messages[0].content }}"), Conversation(("user", "a")));
        Assert.Contains("doubled", Assert.Single(chat.Notes));
    }

    [Fact]
    public void ALostBeginOfTextIsNamed()
    {
        var adding = new Tokenizer(Shared.Parts with { PostProcessor = TemplateProcessor.Around(Shared.AddedTokens[0], null) });
        Assert.Contains("lost", Assert.Single(adding.EncodeChat(ChatTemplate.Parse("{{ messages[0].content }}"), Conversation(("user", "a"))).Notes));
        Assert.Contains("would add one too", Assert.Single(adding.EncodeChat(ChatTemplate.Parse("{{ bos_token }}{{ messages[0].content }}"), Conversation(("user", "a"))).Notes));
    }
}
