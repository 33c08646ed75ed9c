using System.Text;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Randomness;

namespace Inkstone.Tokenizers.Tests;

public sealed class ByteLevelEditTests
{
    private static readonly BpeTrainerOptions Small = new() { VocabularySize = 420, MinimumFrequency = 1 };

    [Fact]
    public void ContinuingOnTheSameTextIsTrainingOn()
    {
        var small = BpeTrainer.Train(Samples.VariedLines, Small);
        var edit = TokenizerEditor.Continue(small, Samples.VariedLines, new() { VocabularySize = 640, MinimumFrequency = 1 });
        var whole = BpeTrainer.Train(Samples.VariedLines, Small with { VocabularySize = 640 });
        Assert.Equal(Encoding.UTF8.GetString(whole.ToJson()), Encoding.UTF8.GetString(edit.Tokenizer.ToJson()));
        Assert.Equal(Enumerable.Range(0, small.VocabularySize), edit.NewIds);
        Assert.Equal(small.VocabularySize, edit.Kept);
    }

    [Fact]
    public void ContinuingLeavesTextThatNewRulesDoNotTouch()
    {
        var edit = TokenizerEditor.Continue(Samples.Trained, ["zyzzyva zyzzyva zyzzyvas"], new() { VocabularySize = 710, AllowSmaller = true });
        Assert.True(edit.Tokenizer.VocabularySize > Samples.Trained.VocabularySize);
        Assert.Equal(Samples.Trained.Encode("plain text, as ever"), edit.Tokenizer.Encode("plain text, as ever"));
        Assert.True(edit.Tokenizer.Encode(" zyzzyva").Length < Samples.Trained.Encode(" zyzzyva").Length);
        Assert.Equal("a zyzzyva", edit.Tokenizer.Decode(edit.Tokenizer.Encode("a zyzzyva")));
        Assert.Equal(edit.Tokenizer.Encode("a zyzzyva"), Tokenizer.FromJson(edit.Tokenizer.ToJson()).Encode("a zyzzyva"));
    }

    [Fact]
    public void ContinuingAsksForMoreThanThereIs()
    {
        Assert.Throws<InkstoneRequestException>(() => TokenizerEditor.Continue(Samples.Trained, ["text"], new() { VocabularySize = 700 }));
        Assert.Throws<InkstoneRequestException>(() => TokenizerEditor.Continue(Samples.Trained, ["text"], new() { VocabularySize = 9_000 }));
    }

    [Fact]
    public void AddedTokensFollowTheHighestId()
    {
        var edit = TokenizerEditor.AddTokens(Samples.Trained, ["<|tool|>", "<|call|>"], special: true);
        Assert.Equal(702, edit.Tokenizer.VocabularySize);
        Assert.Equal([700, 701], edit.Tokenizer.Encode("<|tool|><|call|>", Specials.All));
        Assert.Equal(Samples.Trained.Encode("<|tool|>"), edit.Tokenizer.Encode("<|tool|>"));
        var plain = TokenizerEditor.AddTokens(edit.Tokenizer, ["    ", "a"]);
        Assert.Equal(703, plain.Tokenizer.VocabularySize);
        Assert.Equal([702, Samples.Trained.TokenToId("a")!.Value], plain.Tokenizer.Encode("    a"));
        Assert.Equal(plain.Tokenizer.Encode("    a"), Tokenizer.FromJson(plain.Tokenizer.ToJson()).Encode("    a"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("<|endoftext|>")]
    public void WhatCannotBeAddedIsRefused(string content) =>
        Assert.Throws<InkstoneRequestException>(() => TokenizerEditor.AddTokens(Samples.Trained, [content]));

    [Theory]
    [InlineData(258)]
    [InlineData(430)]
    [InlineData(699)]
    public void PruningEqualsChoosingAfresh(int size)
    {
        var texts = Samples.VariedLines.Take(40).ToList();
        var edit = TokenizerEditor.Prune(Samples.Trained, texts, size);
        Assert.Equal(size, edit.Tokenizer.VocabularySize);
        Assert.Equal(size, edit.Kept);
        var gone = Enumerable.Range(0, 700).Where(id => edit.NewIds[id] < 0).ToHashSet();
        Assert.Equal(NaivePruning(texts, size), gone);
        for (var id = 0; id < 700; id++)
        {
            if (edit.NewIds[id] >= 0)
                Assert.Equal(Samples.Trained.IdToToken(id), edit.Tokenizer.IdToToken(edit.NewIds[id]));
        }
    }

    [Fact]
    public void PruningChangesOnlyTextThatUsedWhatIsGone()
    {
        var edit = TokenizerEditor.Prune(Samples.Trained, Samples.VariedLines.Take(60), 480);
        var random = Rng.From(5).Split("prune").Cursor();
        var unchanged = 0;
        foreach (var text in Samples.VariedLines.Concat(Enumerable.Range(0, 400).Select(_ => Samples.Random(random, 30))))
        {
            // Piece by piece, because what one piece becomes says nothing about another.
            var utf8 = Encoding.UTF8.GetBytes(text);
            for (int start = 0, end; start < utf8.Length; start = end)
            {
                end = Samples.Trained.PreTokenizer!.Next(utf8, start);
                var piece = utf8.AsSpan(start, end - start);
                var mapped = Samples.Trained.Encode(piece).Select(id => edit.NewIds[id]).ToArray();
                var ids = edit.Tokenizer.Encode(piece);
                if (!mapped.Contains(-1))
                {
                    Assert.Equal(mapped, ids);
                    unchanged++;
                }
            }
            Assert.Equal(text, edit.Tokenizer.Decode(edit.Tokenizer.Encode(text)));
        }
        Assert.True(unchanged > 1_000);
    }

    [Theory]
    [InlineData(256)]
    [InlineData(700)]
    public void PruningBelowWhatMustStayIsRefused(int size) =>
        Assert.Throws<InkstoneRequestException>(() => TokenizerEditor.Prune(Samples.Trained, ["text"], size));

    [Fact]
    public void AUnionHasTheTokensOfBoth()
    {
        var other = BpeTrainer.Train(["Übung macht den Meister, Übungen machen Meisterinnen"], new()
        {
            VocabularySize = 300,
            MinimumFrequency = 1,
            SpecialTokens = ["<|endoftext|>", "<|pad|>"],
            AllowSmaller = true,
        });
        var union = TokenizerEditor.Merge(Samples.Trained, other);
        Assert.Equal(Enumerable.Range(0, 700), union.NewIds);
        for (var id = 0; id < other.VocabularySize; id++)
            Assert.Equal(other.IdToToken(id), union.Tokenizer.IdToToken(union.NewIdsOfOther[id]));
        Assert.Equal(union.Tokenizer.VocabularySize, union.NewIdsOfOther.Append(699).Max() + 1);
        var texts = Samples.VariedLines.Append("Übungen, Meister<|pad|>").ToList();
        foreach (var text in texts)
            Assert.Equal(text, union.Tokenizer.Decode(union.Tokenizer.Encode(text, Specials.All)));
        Assert.Contains(union.NewIdsOfOther[1], union.Tokenizer.Encode(texts[^1], Specials.All));
        foreach (var id in union.NewIdsOfOther.Where(id => id >= 700 && !union.Tokenizer.IsSpecial(id)))
            Assert.Equal(!union.Unreached.Contains(id), union.Tokenizer.Encode(union.Tokenizer.TokenBytes(id)) is [var only] && only == id);
        Assert.True(union.Tokenizer.Encode(" Meister").Length < Samples.Trained.Encode(" Meister").Length);
        Assert.Equal(union.Tokenizer.Encode(texts[0]), Tokenizer.FromJson(union.Tokenizer.ToJson()).Encode(texts[0]));
    }

    [Fact]
    public void ATokenSpecialInOneAndPlainInTheOtherIsRefused()
    {
        var other = BpeTrainer.Train(["abab abab"], new() { VocabularySize = 300, MinimumFrequency = 1, SpecialTokens = ["st"], AllowSmaller = true });
        Assert.Contains("st", Enumerable.Range(0, 700).Select(Samples.Trained.IdToToken));
        Assert.Throws<InkstoneRequestException>(() => TokenizerEditor.Merge(Samples.Trained, other));
        Assert.Throws<InkstoneRequestException>(() => TokenizerEditor.Merge(other, Samples.Trained));
    }

    /// <summary>The definition: of the tokens that nothing left builds on, the least used, later made first, goes; its uses become uses of its parts.</summary>
    private static HashSet<int> NaivePruning(IEnumerable<string> texts, int size)
    {
        var tokenizer = Samples.Trained;
        var uses = new long[tokenizer.VocabularySize];
        foreach (var id in texts.SelectMany(text => tokenizer.Encode(text)))
            uses[id]++;
        var merges = tokenizer.ByteLevelModel!.Merges.All.ToArray().ToList();
        var gone = new HashSet<int>();
        while (tokenizer.VocabularySize - gone.Count > size)
        {
            var next = Enumerable.Range(0, tokenizer.VocabularySize)
                .Where(id => !gone.Contains(id) && !tokenizer.IsSpecial(id) && tokenizer.TokenBytes(id).Length > 1)
                .Where(id => !merges.Exists(merge => merge.Left == id || merge.Right == id))
                .OrderBy(id => uses[id]).ThenByDescending(id => id).First();
            gone.Add(next);
            var made = merges.First(merge => merge.Result == next);
            uses[made.Left] += uses[next];
            uses[made.Right] += uses[next];
            merges.RemoveAll(merge => merge.Result == next);
        }
        return gone;
    }
}
