using System.Text;
using Inkstone.Foundation.Randomness;
using Inkstone.Tokenizers;

namespace Inkstone.Inference.Tests;

public sealed class StopTextFilterTests
{
    [Fact]
    public void WhateverTheTokensTheTextEndsBeforeTheFirstStop()
    {
        for (var seed = 0; seed < 3_000; seed++)
        {
            var cursor = Rng.From(seed).Split("stops").Cursor();
            // letters that are single tokens or parts of words, so that stops lie across borders of tokens
            var tokens = Enumerable.Range(0, cursor.NextInt(30)).SelectMany(_ => Samples.Words.Encode(((string[])["r", "i", "v", "er", " the", "river", "é", "月"])[cursor.NextInt(8)])).ToArray();
            string[] stops = [.. Enumerable.Range(0, 1 + cursor.NextInt(3)).Select(_ => string.Concat(Enumerable.Range(0, 1 + cursor.NextInt(4)).Select(_ => "rive é月"[cursor.NextInt(7)])))];
            var filter = new StopTextFilter(new StreamingDecoder(Samples.Words, skipSpecials: true), stops);
            var (text, end, given) = (new StringBuilder(), -1, 0);
            for (var i = 0; i < tokens.Length && end < 0; i++)
            {
                var (piece, stopped) = filter.Append(tokens[i]);
                text.Append(piece);
                given = i + 1;
                if (stopped)
                    end = i;
            }
            if (end < 0)
                text.Append(filter.Finish());
            // the oracle: the decoded text, and for each number of tokens whether a stop is in it
            var counts = Enumerable.Range(0, tokens.Length + 1).Where(n => stops.Any(stop => Whole(tokens[..n]).Contains(stop, StringComparison.Ordinal))).ToList();
            Assert.Equal(counts.Count > 0 ? counts[0] - 1 : -1, end);
            var whole = end < 0 ? Samples.Words.Decode(tokens, skipSpecials: true) : Whole(tokens[..given]);
            var first = stops.Select(stop => whole.IndexOf(stop, StringComparison.Ordinal)).Where(place => place >= 0).DefaultIfEmpty(whole.Length).Min();
            Assert.Equal(end < 0 ? whole : whole[..first], text.ToString());
        }
    }

    /// <summary>The text of some tokens without an unfinished character at the end.</summary>
    private static string Whole(int[] tokens) => Samples.Words.Decode(tokens, skipSpecials: true).TrimEnd('\uFFFD');
}
