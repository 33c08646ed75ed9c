using Inkstone.Foundation.Errors;

namespace Inkstone.Tokenizers.Tests;

/// <summary>What holds of an edit whatever kind of tokenizer it is of.</summary>
public sealed class EditTests
{
    public static TheoryData<string> Kinds => EditedKinds.All;

    [Theory]
    [MemberData(nameof(Kinds))]
    public void AddedTokensAreMatchedWholeAndChangeNothingElse(string kind)
    {
        var old = EditedKinds.Of(kind);
        var edit = TokenizerEditor.AddTokens(TokenizerEditor.AddTokens(old, ["zyzzyva", "two words"]).Tokenizer, ["<|tool|>"], special: true);
        var tokenizer = edit.Tokenizer;
        Assert.Equal(old.VocabularySize + 3, tokenizer.VocabularySize);
        Assert.All(Enumerable.Range(0, old.VocabularySize), id => Assert.Equal(old.IdToToken(id), tokenizer.IdToToken(id)));
        // SentencePiece puts a space before the text, which is a piece of its own.
        Assert.Equal(old.VocabularySize, tokenizer.Encode("zyzzyva")[^1]);
        Assert.InRange(tokenizer.Encode("zyzzyva").Length, 1, 2);
        Assert.Equal(old.VocabularySize + 1, tokenizer.Encode("two words")[^1]);
        Assert.Equal([old.VocabularySize + 2], tokenizer.Encode("<|tool|>", Specials.All));
        Assert.True(tokenizer.IsSpecial(old.VocabularySize + 2));
        foreach (var text in EditedKinds.Texts.Append("<|tool|>"))
            Assert.Equal(old.Encode(text), tokenizer.Encode(text));
        AssertSame(tokenizer, EditedKinds.Texts.Concat(["zyzzyva", "a zyzzyva, two words", "<|tool|>"]));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void PruningKeepsTextThatUsedNothingThatIsGone(string kind)
    {
        var old = EditedKinds.Of(kind);
        var size = (EditedKinds.Needed(old) + old.VocabularySize) / 2;
        Assert.True(size < old.VocabularySize);
        var edit = TokenizerEditor.Prune(old, Samples.VariedLines.Take(30), size);
        var tokenizer = edit.Tokenizer;
        Assert.Equal(size, tokenizer.VocabularySize);
        Assert.Equal(size, edit.Kept);
        Assert.All(Enumerable.Range(0, old.VocabularySize).Where(id => edit.NewIds[id] >= 0), id => Assert.Equal(old.IdToToken(id), tokenizer.IdToToken(edit.NewIds[id])));
        var (unchanged, changed) = (0, 0);
        foreach (var text in EditedKinds.Texts)
        {
            var (before, after) = (old.Encode(text), tokenizer.Encode(text));
            var mapped = before.Select(id => edit.NewIds[id]).ToArray();
            var isKnown = old.UnknownToken is not { } unknown || !before.Contains(unknown);
            if (mapped.Contains(-1))
                changed++;
            else if (isKnown || old.ModelName != "WordPiece")
            {
                Assert.Equal(mapped, after);
                unchanged++;
            }
            // A list of words has nothing to put in the place of one that is gone.
            if (isKnown && old.ModelName != "WordLevel")
                Assert.Equal(old.Decode(before), tokenizer.Decode(after));
        }
        Assert.True(unchanged > 20 && changed > 0, $"{unchanged} unchanged, {changed} changed");
        AssertSame(tokenizer, EditedKinds.Texts);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void PruningBelowWhatMustStayIsRefused(string kind)
    {
        var old = EditedKinds.Of(kind);
        Assert.Throws<InkstoneRequestException>(() => TokenizerEditor.Prune(old, ["text"], EditedKinds.Needed(old) - 1));
        Assert.Throws<InkstoneRequestException>(() => TokenizerEditor.Prune(old, ["text"], old.VocabularySize));
        var least = TokenizerEditor.Prune(old, ["text"], EditedKinds.Needed(old)).Tokenizer;
        AssertSame(least, EditedKinds.Texts);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void ContinuingLearnsTheNewTextAndLeavesOtherText(string kind)
    {
        var old = EditedKinds.Of(kind);
        var edit = TokenizerEditor.Continue(old, EditedKinds.OtherTexts, new() { VocabularySize = old.VocabularySize + 60, AllowSmaller = true });
        var tokenizer = edit.Tokenizer;
        Assert.True(tokenizer.VocabularySize > old.VocabularySize + 10);
        Assert.All(Enumerable.Range(0, old.VocabularySize), id => Assert.Equal(old.IdToToken(id), tokenizer.IdToToken(id)));
        var oldRules = old.Parts.Model.TakeApart().Rules;
        if (old.Parts.Model is BytePairModel)
            Assert.Equal(oldRules, tokenizer.Parts.Model.TakeApart().Rules.Take(oldRules.Count));
        var unchanged = 0;
        foreach (var text in EditedKinds.Texts)
        {
            var ids = tokenizer.Encode(text);
            if (ids.Any(id => id >= old.VocabularySize))
                continue;
            unchanged++;
            Assert.Equal(old.Encode(text), ids);
        }
        Assert.True(unchanged > 100, $"{unchanged} unchanged");
        foreach (var text in EditedKinds.OtherTexts)
        {
            var ids = tokenizer.Encode(text);
            Assert.Contains(ids, id => id >= old.VocabularySize);
            Assert.DoesNotContain(tokenizer.UnknownToken ?? -1, old.ModelName == "WordLevel" ? [] : ids);
        }
        AssertSame(tokenizer, EditedKinds.Texts.Concat(EditedKinds.OtherTexts));
        Assert.Throws<InkstoneRequestException>(() => TokenizerEditor.Continue(old, ["text"], new() { VocabularySize = old.VocabularySize }));
        Assert.Throws<InkstoneRequestException>(() => TokenizerEditor.Continue(old, ["text"], new() { VocabularySize = old.VocabularySize + 9_000 }));
    }

    [Theory]
    [InlineData("byte-level")]
    [InlineData("byte-level with stages")]
    [InlineData("characters")]
    [InlineData("characters with prefix")]
    public void OldRulesComeFirst(string kind)
    {
        var old = EditedKinds.Of(kind);
        var tokenizer = TokenizerEditor.Continue(old, [.. Samples.VariedLines, "inkscribe penink scribelamp"], new() { VocabularySize = old.VocabularySize + 300, MinimumFrequency = 1, AllowSmaller = true }).Tokenizer;
        var making = tokenizer.Parts.Model.TakeApart().Rules.GroupBy(rule => rule.Result).Where(rules => rules.Count() == 1).ToDictionary(rules => rules.Key, rules => rules.First());
        var merged = 0;
        foreach (var text in EditedKinds.Texts.Concat(["inkscribe", "penink scribelamp"]))
        {
            // New tokens are made of what the old rules left: taken apart again they are just that.
            var (before, ids) = (old.Encode(text), tokenizer.Encode(text).SelectMany(Parts).ToArray());
            if (before.Contains(old.UnknownToken ?? -1) || ids.Any(id => id >= old.VocabularySize))
                continue;
            Assert.Equal(before, ids);
            merged += tokenizer.Encode(text).Length < before.Length ? 1 : 0;
        }
        Assert.True(merged > 0, $"{merged} merged");

        IEnumerable<int> Parts(int id) => id >= old.VocabularySize && making.TryGetValue(id, out var rule) ? Parts(rule.Left).Concat(Parts(rule.Right)) : [id];
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void AUnionHasTheTokensOfBoth(string kind)
    {
        var (first, second) = (EditedKinds.Of(kind), EditedKinds.Other(kind));
        var union = TokenizerEditor.Merge(first, second);
        var tokenizer = union.Tokenizer;
        Assert.Equal(Enumerable.Range(0, first.VocabularySize), union.NewIds);
        Assert.All(Enumerable.Range(0, first.VocabularySize), id => Assert.Equal(first.IdToToken(id), tokenizer.IdToToken(id)));
        Assert.All(Enumerable.Range(0, second.VocabularySize), id => Assert.Equal(second.IdToToken(id), tokenizer.IdToToken(union.NewIdsOfOther[id])));
        Assert.Equal(tokenizer.VocabularySize, union.NewIdsOfOther.Append(first.VocabularySize - 1).Max() + 1);
        foreach (var text in EditedKinds.OtherTexts)
        {
            var before = second.Encode(text);
            if (second.UnknownToken is not { } unknown || !before.Contains(unknown))
                Assert.Equal(second.Decode(before), tokenizer.Decode(tokenizer.Encode(text)));
        }
        foreach (var text in Samples.VariedLines)
        {
            var before = first.Encode(text);
            if (first.UnknownToken is not { } unknown || !before.Contains(unknown))
                Assert.Equal(first.Decode(before), tokenizer.Decode(tokenizer.Encode(text)));
        }
        Assert.All(union.Unreached, id => Assert.Contains(id, union.NewIdsOfOther));
        AssertSame(tokenizer, EditedKinds.Texts.Concat(EditedKinds.OtherTexts));
    }

    [Fact]
    public void DifferentKindsAreNotMerged()
    {
        string[] kinds = ["byte-level", "characters", "characters with prefix", "characters with bytes", "WordPiece", "words", "SentencePiece BPE", "SentencePiece BPE with bytes", "SentencePiece Unigram", "Unigram"];
        foreach (var first in kinds)
        {
            foreach (var second in kinds.Where(kind => kind != first))
            {
                var error = Assert.Throws<InkstoneRequestException>(() => TokenizerEditor.Merge(EditedKinds.Of(first), EditedKinds.Of(second)));
                Assert.Contains(EditedKinds.Of(second).ModelName, error.Message);
            }
        }
    }

    private static void AssertSame(Tokenizer tokenizer, IEnumerable<string> texts)
    {
        var again = EditedKinds.Again(tokenizer);
        Assert.Equal(tokenizer.VocabularySize, again.VocabularySize);
        Assert.Equal(tokenizer.UnknownToken, again.UnknownToken);
        Assert.Equal((tokenizer.BeginOfText, tokenizer.EndOfText), (again.BeginOfText, again.EndOfText));
        foreach (var text in texts)
        {
            Assert.Equal(tokenizer.Encode(text), again.Encode(text));
            var ids = tokenizer.Encode(text, Specials.All);
            Assert.Equal(ids, again.Encode(text, Specials.All));
            Assert.Equal(tokenizer.Decode(ids), again.Decode(ids));
        }
    }
}
