using System.Security.Cryptography;
using System.Text;

namespace Inkstone.Tokenizers.Tests;

/// <summary>Case mapping of every code point; the digests are of what Python 3.11 gives, "x" put before for what depends on it.</summary>
public sealed class CaseMappingTests
{
    [Theory]
    [InlineData("upper", "61a79e5ccd3ab390ab0a1ce8")]
    [InlineData("lower", "14086ffbcf80d6bd68732cea")]
    [InlineData("title", "2c080f7e42f6063bb90f4b7e")]
    [InlineData("capitalize", "11cf5777bb4cd71bf6bf880a")]
    [InlineData("swapcase", "4c7ecd74b01e1f6bd697ea2f")]
    public void Every_code_point_maps_as_in_Python(string method, string digest)
    {
        var state = new RenderState(new ChatTemplateLimits { MaximumSteps = long.MaxValue }, TimeProvider.System);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var point = 0; point < 0x110000; point++)
        {
            if (point is >= 0xD800 and < 0xE000)
                continue;
            var text = new TextValue((method is "title" or "lower" ? "x" : "") + char.ConvertFromUtf32(point));
            var mapped = (TextValue)TextMethods.Find(text, method)!.Call(Arguments.None, state);
            hash.AppendData(Encoding.UTF8.GetBytes(mapped.Text));
        }
        Assert.Equal(digest, Convert.ToHexStringLower(hash.GetHashAndReset())[..24]);
    }
}
