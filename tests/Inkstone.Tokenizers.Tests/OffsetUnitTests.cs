using System.Text;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Randomness;

namespace Inkstone.Tokenizers.Tests;

/// <summary>Offsets in bytes and in UTF-16 units are the same places, and neither lies inside a character, whatever the pipeline.</summary>
public sealed class OffsetUnitTests
{
    [Fact]
    public void BothUnitsNameTheSamePlaces()
    {
        var random = Rng.From(12).Split("offsets").Cursor();
        var compared = 0;
        for (var round = 0; round < 400; round++)
        {
            var json = Encoding.UTF8.GetBytes(PipelineFuzz.Tokenizer(random).ToJsonString());
            Tokenizer tokenizer;
            try
            {
                tokenizer = Tokenizer.FromJson(json);
            }
            catch (InkstoneFormatException)
            {
                continue; // the peer refuses some of these too
            }
            for (var n = 0; n < 8; n++)
            {
                string[] texts = [PipelineFuzz.Text(random), PipelineFuzz.Text(random)];
                var special = random.NextInt(2) == 0;
                Compare(unit => tokenizer.EncodeDetailed(texts[0], texts[1], new() { OffsetUnit = unit, AddSpecial = special, Specials = Specials.All }), token => texts[token.SequenceIndex!.Value]);
                Compare(unit => tokenizer.EncodeWords(texts, null, new() { OffsetUnit = unit, AddSpecial = special }), token => texts[token.WordIndex!.Value]);
                compared++;
            }
        }
        Assert.InRange(compared, 2000, 3200);
    }

    private static void Compare(Func<OffsetUnit, TokenEncoding> encode, Func<TokenInText, string> textOf)
    {
        var (units, bytes) = (encode(OffsetUnit.Utf16), encode(OffsetUnit.Bytes));
        Assert.Equal(units.Ids, bytes.Ids);
        for (var i = 0; i < units.Count; i++)
        {
            var (unit, inBytes) = (units.Tokens[i].Offset, bytes.Tokens[i].Offset);
            var text = units.Tokens[i].SequenceIndex is null ? "" : textOf(units.Tokens[i]);
            Assert.All([unit.Start, unit.End], place => Assert.False(place < text.Length && char.IsLowSurrogate(text[place])));
            Assert.Equal((Encoding.UTF8.GetByteCount(text.AsSpan(0, unit.Start)), Encoding.UTF8.GetByteCount(text.AsSpan(0, unit.End))), (inBytes.Start, inBytes.End));
        }
    }
}
