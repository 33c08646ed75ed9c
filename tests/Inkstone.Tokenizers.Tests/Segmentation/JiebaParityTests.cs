using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Inkstone.Tokenizers.Tests;

/// <summary>With jieba's dictionary, which INKSTONE_JIEBA_DICTIONARY names: its cuts, and words better found than by it.</summary>
public sealed class JiebaParityTests
{
    [JiebaFact]
    public void CutsEqualJiebas()
    {
        var segmenter = new ChineseSegmenter(JiebaFactAttribute.Dictionary());
        foreach (var (file, expected) in JsonSerializer.Deserialize<Dictionary<string, string>>(Samples.Fixture("chinese-cuts.json"))!)
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            foreach (var line in Encoding.UTF8.GetString(File.ReadAllBytes(SharedData.Path(file))).TrimStart('\uFEFF').Split('\n'))
                hash.AppendData(Encoding.UTF8.GetBytes(string.Join('\u001F', segmenter.Cut(line)) + "\n"));
            Assert.True(expected == Convert.ToHexStringLower(hash.GetHashAndReset()), file);
        }
    }

    [JiebaFact]
    public void WordsAreFoundBetterThanByJieba()
    {
        var dictionary = JiebaFactAttribute.Dictionary();
        var gold = Gold();
        Assert.Equal(0.787, WordF1(gold, new(dictionary)), 3);
        var model = UnknownWordModel.Train(dictionary, new[] { "train", "dev", "test" }.SelectMany(part => Segmented("ner/weibo-zh/weiboNER_2nd_conll." + part)));
        Assert.True(WordF1(gold, new(dictionary, model)) > 0.795); // 0.7965; jieba with its own model 0.791
    }

    /// <summary>The words of each sentence of the treebank.</summary>
    internal static List<List<string>> Gold() =>
        [.. File.ReadAllText(SharedData.Path("ud/zh_gsdsimp-ud-dev.conllu")).Split("\n\n", StringSplitOptions.RemoveEmptyEntries)
            .Select(sentence => sentence.Split('\n').Where(line => line.Length > 0 && char.IsAsciiDigit(line[0])).Select(line => line.Split('\t')[1]).ToList())];

    /// <summary>Lines of a character, its place in its word and a tab; an empty line ends a sentence.</summary>
    private static List<List<string>> Segmented(string file)
    {
        List<List<string>> sentences = [[]];
        foreach (var line in File.ReadLines(SharedData.Path(file)))
        {
            if (line.Length == 0)
            {
                sentences.Add([]);
                continue;
            }
            var mark = line[..line.IndexOf('\t', StringComparison.Ordinal)];
            var words = sentences[^1];
            if (mark[^1] == '0' || words.Count == 0)
                words.Add(mark[..^1]);
            else
                words[^1] += mark[..^1];
        }
        return sentences;
    }

    internal static double WordF1(List<List<string>> gold, ChineseSegmenter segmenter)
    {
        int common = 0, all = 0;
        foreach (var words in gold)
        {
            var (expected, found) = (Spans(words), Spans(segmenter.Cut(string.Concat(words))));
            common += expected.Intersect(found).Count();
            all += expected.Count + found.Count;
        }
        return 2.0 * common / all;
    }

    private static HashSet<(int, int)> Spans(IEnumerable<string> words)
    {
        var at = 0;
        return [.. words.Select(word => (at, at += word.Length))];
    }
}

/// <summary>A test that needs jieba's dictionary and shared data.</summary>
internal sealed class JiebaFactAttribute : FactAttribute
{
    private static readonly string? File = Environment.GetEnvironmentVariable("INKSTONE_JIEBA_DICTIONARY");

    public JiebaFactAttribute() => Skip = File is null || SharedData.Root is null ? "needs INKSTONE_JIEBA_DICTIONARY (dict.txt of npm @node-rs/jieba) and ../shared/data" : null;

    public static WordDictionary Dictionary() => WordDictionary.Read(System.IO.File.ReadAllBytes(File!), "jieba's dictionary");
}
