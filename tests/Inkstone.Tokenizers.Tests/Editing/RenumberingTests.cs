using Inkstone.Foundation.Errors;

namespace Inkstone.Tokenizers.Tests;

/// <summary>Whatever holds an id follows where ids change, and what is named stays.</summary>
public sealed class RenumberingTests
{
    private static readonly EncodeOptions WithSpecials = new() { AddSpecial = true };

    [Theory]
    [InlineData("template")]
    [InlineData("bert")]
    [InlineData("roberta")]
    [InlineData("sequence")]
    public void APrunedTokenizerAddsTheSameTokensAboutAText(string processor)
    {
        var old = BertLike(processor);
        var edit = TokenizerEditor.Prune(old, ["the ink of the scribe"], EditedKinds.Needed(old) + 30);
        var tokenizer = edit.Tokenizer;
        var again = EditedKinds.Again(tokenizer);
        var (begin, end) = (old.TokenToId("<|begin|>")!.Value, old.TokenToId("<|end|>")!.Value);
        Assert.NotEqual(begin, edit.NewIds[begin]);
        Assert.Equal(edit.NewIds[begin], tokenizer.TokenToId("<|begin|>"));
        Assert.Equal((edit.NewIds[begin], edit.NewIds[end]), (tokenizer.BeginOfText, tokenizer.EndOfText));
        var before = old.EncodeDetailed("the ink", "of the scribe", WithSpecials).Tokens;
        foreach (var each in (Tokenizer[])[tokenizer, again])
        {
            var after = each.EncodeDetailed("the ink", "of the scribe", WithSpecials).Tokens;
            Assert.Equal(before.Select(token => edit.NewIds[token.Id]), after.Select(token => token.Id));
            Assert.Equal(before.Select(token => (token.Token, token.TypeId, token.IsSpecial, token.Offset)), after.Select(token => (token.Token, token.TypeId, token.IsSpecial, token.Offset)));
            Assert.Equal("<|pad|>", each.IdToToken(each.Padding!.Id));
            Assert.Equal("[UNK]", each.IdToToken(each.UnknownToken!.Value));
            Assert.Equal(each.AddedTokens.Select(token => token.Content), old.AddedTokens.Select(token => token.Content));
        }
        Assert.Equal(tokenizer.ToJson(), again.ToJson());
        Assert.Equal("{{ messages }}", tokenizer.Config!.ChatTemplates["default"]);
        Assert.All(tokenizer.Config.AddedTokens, token => Assert.Equal(token.Content, tokenizer.IdToToken(token.Id)));
    }

    [Fact]
    public void APieceThatATemplateNamesStays()
    {
        var trained = EditedKinds.Of("WordPiece");
        // The least used of all pieces, which would go first.
        var id = trained.VocabularySize - 1;
        var token = trained.IdToToken(id)!;
        var old = new Tokenizer(trained.Parts with { PostProcessor = new TemplateProcessor([new(null, "mark", 0), new(0, null, 0)], [new(0, null, 0), new(1, null, 1)], [new("mark", [id], [token])]) });
        Assert.Equal(EditedKinds.Needed(trained) + 1, EditedKinds.Needed(old));
        var edit = TokenizerEditor.Prune(old, [], EditedKinds.Needed(old));
        Assert.Equal(token, edit.Tokenizer.IdToToken(edit.NewIds[id]));
        Assert.Equal([edit.NewIds[id]], edit.Tokenizer.EncodeDetailed("", null, WithSpecials).Tokens.Select(added => added.Id));
    }

    [Fact]
    public void AUnionKeepsTheFirstsTemplate()
    {
        var (first, second) = (BertLike("template"), EditedKinds.Other("WordPiece"));
        var union = TokenizerEditor.Merge(first, second).Tokenizer;
        Assert.Equal(first.EncodeDetailed("the ink", null, WithSpecials).Tokens, union.EncodeDetailed("the ink", null, WithSpecials).Tokens);
        Assert.Equal(first.BeginOfText, union.BeginOfText);
        Assert.Equal(first.Padding, union.Padding);
    }

    [Fact]
    public void TheRolesOfASentencePieceModelFollow()
    {
        var trained = EditedKinds.Of("SentencePiece BPE");
        // Control pieces that stand behind those that go.
        var added = TokenizerEditor.AddTokens(trained, ["<|begin|>", "<|end|>"], special: true).Tokenizer;
        var file = ((SentencePieceTokenModel)added.Parts.Model).Model.File;
        var old = Tokenizer.FromSentencePiece(new SentencePieceModel(file with { TrainerBytes = [], BeginId = trained.VocabularySize, EndId = trained.VocabularySize + 1 }));
        var edit = TokenizerEditor.Prune(old, ["the ink"], EditedKinds.Needed(old) + 20);
        var again = EditedKinds.Again(edit.Tokenizer);
        foreach (var each in (Tokenizer[])[edit.Tokenizer, again, EditedKinds.Again(TokenizerEditor.AddTokens(again, ["more"]).Tokenizer)])
        {
            Assert.Equal("<|begin|>", each.IdToToken(each.BeginOfText!.Value));
            Assert.Equal(edit.NewIds[old.EndOfText!.Value], each.EndOfText);
        }
    }

    [Theory]
    [InlineData("byte-level", "th")]
    [InlineData("characters", "e")]
    [InlineData("WordPiece", "a")]
    [InlineData("SentencePiece BPE", "\u2581the")]
    [InlineData("SentencePiece Unigram", "<unk>")]
    [InlineData("SentencePiece BPE with bytes", "<0x41>")]
    public void WhatOtherPiecesAreMadeOfBecomesNoControlToken(string kind, string piece)
    {
        Assert.NotNull(EditedKinds.Of(kind).TokenToId(piece));
        Assert.Throws<InkstoneRequestException>(() => TokenizerEditor.AddTokens(EditedKinds.Of(kind), [piece], special: true));
    }

    [Theory]
    [InlineData("byte-level")]
    [InlineData("characters")]
    [InlineData("WordPiece")]
    [InlineData("words")]
    [InlineData("Unigram")]
    [InlineData("SentencePiece BPE")]
    [InlineData("SentencePiece Unigram")]
    public void APieceThatBecomesAControlTokenIsTextNoMore(string kind)
    {
        var old = EditedKinds.Of(kind);
        var rules = old.Parts.Model.TakeApart().Rules;
        var needed = new TokenizerDraft(old).FindNeeded();
        var id = Enumerable.Range(0, old.VocabularySize).Last(id => !needed[id] && rules.All(rule => rule.Left != id && rule.Right != id) && !old.IdToToken(id)!.StartsWith('#'));
        var token = old.IdToToken(id)!;
        var tokenizer = TokenizerEditor.AddTokens(old, [token], special: true).Tokenizer;
        foreach (var each in (Tokenizer[])[tokenizer, EditedKinds.Again(tokenizer)])
        {
            Assert.Equal(id, each.TokenToId(token));
            Assert.True(each.IsSpecial(id));
            Assert.All(EditedKinds.Texts, text => Assert.DoesNotContain(id, each.Encode(text)));
        }
    }

    [Fact]
    public void WhatIsAddedBetweenPiecesIsInTheFile()
    {
        foreach (var kind in (string[])["byte-level", "characters", "WordPiece", "words", "Unigram", "SentencePiece BPE", "SentencePiece Unigram"])
        {
            var added = TokenizerEditor.AddTokens(TokenizerEditor.AddTokens(EditedKinds.Of(kind), ["zyz"]).Tokenizer, ["<|tool|>"], special: true).Tokenizer;
            var tokenizer = TokenizerEditor.Continue(added, EditedKinds.OtherTexts, new() { VocabularySize = added.VocabularySize + 40, AllowSmaller = true }).Tokenizer;
            var again = EditedKinds.Again(tokenizer);
            Assert.Equal(Enumerable.Range(0, tokenizer.VocabularySize).Select(tokenizer.IdToToken), Enumerable.Range(0, again.VocabularySize).Select(again.IdToToken));
            Assert.All(EditedKinds.OtherTexts.Append("zyz<|tool|>"), text => Assert.Equal(tokenizer.Encode(text, Specials.All), again.Encode(text, Specials.All)));
        }
    }

    /// <summary>A WordPiece tokenizer whose special tokens but for the unknown one stand behind its pieces.</summary>
    private static Tokenizer BertLike(string processor)
    {
        var trained = EditedKinds.Of("WordPiece");
        var added = TokenizerEditor.AddTokens(trained, ["<|begin|>", "<|end|>", "<|pad|>"], special: true).Tokenizer;
        var (begin, end) = (added.TokenToId("<|begin|>")!.Value, added.TokenToId("<|end|>")!.Value);
        PostProcessor template = new TemplateProcessor(
            [new(null, "<|begin|>", 0), new(0, null, 0), new(null, "<|end|>", 0)],
            [new(null, "<|begin|>", 0), new(0, null, 0), new(null, "<|end|>", 0), new(1, null, 1), new(null, "<|end|>", 1)],
            [new("<|begin|>", [begin], ["<|begin|>"]), new("<|end|>", [end], ["<|end|>"])]);
        return new(added.Parts with
        {
            PostProcessor = processor switch
            {
                "bert" => new BertProcessor(("<|end|>", end), ("<|begin|>", begin)),
                "roberta" => new RobertaProcessor(("<|end|>", end), ("<|begin|>", begin), trimsOffsets: true, addsPrefixSpace: false),
                "sequence" => new PostProcessorSequence([template]),
                _ => template,
            },
            Padding = new() { Id = added.TokenToId("<|pad|>")!.Value, Token = "<|pad|>" },
            Roles = new("<|begin|>", "<|end|>"),
            Config = new() { AddedTokens = added.AddedTokens, ChatTemplates = new Dictionary<string, string> { ["default"] = "{{ messages }}" } },
        });
    }
}
