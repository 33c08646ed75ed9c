using System.Text;
using System.Text.Json;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Formats;

namespace Inkstone.Foundation.Tests.Formats;

public class StableJsonTests
{
    [Fact]
    public void WritesTheSameTextEverywhere()
    {
        var bytes = StableJson.ToBytes(json =>
        {
            json.WriteStartObject();
            json.WriteString("word", "Ġcafé 墨 <a&b>");
            json.WriteFinite("rate", 0.1f + 0.2);
            json.WriteNumber("half", 0.5f);
            json.WriteStartArray("shape");
            json.WriteNumberValue(3);
            json.WriteEndArray();
            json.WriteEndObject();
        });
        Assert.Equal("{\n  \"word\": \"Ġcafé 墨 <a&b>\",\n  \"rate\": 0.30000000149011613,\n  \"half\": 0.5,\n  \"shape\": [\n    3\n  ]\n}\n", Encoding.UTF8.GetString(bytes));
        Assert.Equal("Ġcafé 墨 <a&b>", BoundedJson.Parse(bytes, "own").AsObject().GetString("word"));
    }

    [Fact]
    public void ALineIsOneLine() => Assert.Equal("[1,\"a\\nb\"]\n", Encoding.UTF8.GetString(StableJson.ToLine(json =>
    {
        json.WriteStartArray();
        json.WriteNumberValue(1);
        json.WriteStringValue("a\nb");
        json.WriteEndArray();
    })));

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    public void RefusesWhatJsonCannotSay(double number)
    {
        Assert.Throws<InkstoneNumericException>(() => StableJson.ToBytes(json =>
        {
            json.WriteStartObject();
            json.WriteFinite("loss", number);
        }));
        Assert.Throws<ArgumentException>(() => StableJson.ToBytes(json => json.WriteNumberValue(number)));
    }

    [Fact]
    public void RefusesHalfAValue() => Assert.ThrowsAny<Exception>(() => StableJson.ToBytes(json =>
    {
        json.WriteStartObject();
        json.WriteNumberValue(1);
    }));

    [Fact]
    public void NumbersComeBackBitForBit()
    {
        var random = TestRandom.Seeded(3);
        for (var i = 0; i < 5000; i++)
        {
            var number = BitConverter.UInt32BitsToSingle(random.NextWord());
            if (!float.IsFinite(number))
                continue;
            var bytes = StableJson.ToLine(json => json.WriteNumberValue(number));
            Assert.Equal(number, (float)BoundedJson.Parse(bytes, "number").AsDouble());
            Assert.Equal(JsonValueKind.Number, BoundedJson.Parse(bytes, "number").Kind);
        }
    }
}
