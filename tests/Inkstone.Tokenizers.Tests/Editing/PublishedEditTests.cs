namespace Inkstone.Tokenizers.Tests;

/// <summary>Edits of published vocabularies.</summary>
public sealed class PublishedEditTests
{
    [SharedDataTheory]
    [InlineData("gpt2/tokenizer.json", 12_000)]
    [InlineData("bert/bert-base-uncased-vocab.txt", 12_000)]
    [InlineData("bert/all-MiniLM-L6-v2.tokenizer.json", 15_000)]
    [InlineData("phi3/tokenizer.json", 10_000)]
    [InlineData("llama2/tokenizer.model", 10_000)]
    [InlineData("xlnet/spiece.model", 10_000)]
    [InlineData("sentencepiece/test_model.model", 600)]
    public void PruningAndContinuingKeepTextThatTheyDoNotTouch(string file, int size)
    {
        var old = Tokenizer.Load(SharedData.Path("tokenizers/" + file));
        string[] lines = [.. File.ReadLines(SharedData.Path("tokenizers/sentencepiece/botchan.txt")).Take(3_000)];
        var pruned = TokenizerEditor.Prune(old, lines.Take(300), size);
        Assert.Equal(size, pruned.Kept);
        var continued = TokenizerEditor.Continue(old, lines, new() { VocabularySize = old.VocabularySize + 200, AllowSmaller = true });
        var (again, againContinued) = (EditedKinds.Again(pruned.Tokenizer), EditedKinds.Again(continued.Tokenizer));
        var (same, shorter) = (0, 0);
        foreach (var line in lines)
        {
            var before = old.Encode(line);
            var (small, large) = (pruned.Tokenizer.Encode(line), continued.Tokenizer.Encode(line));
            if (before.All(id => pruned.NewIds[id] >= 0))
            {
                Assert.Equal(before.Select(id => pruned.NewIds[id]), small);
                same++;
            }
            if (large.All(id => id < old.VocabularySize))
                Assert.Equal(before, large);
            else
                shorter += large.Length < before.Length ? 1 : 0;
            Assert.Equal(old.Decode(before), pruned.Tokenizer.Decode(small));
            Assert.Equal(small, again.Encode(line));
            Assert.Equal(large, againContinued.Encode(line));
        }
        Assert.True(same > 300, $"{same} the same");
        Assert.True(shorter > 300, $"{shorter} shorter");
    }
}
