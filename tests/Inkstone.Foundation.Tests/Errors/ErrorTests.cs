using Inkstone.Foundation.Errors;

namespace Inkstone.Foundation.Tests.Errors;

public class ErrorTests
{
    [Fact]
    public void MessagesTeach()
    {
        Assert.Equal("a.json: not right; expected 1, found 2. Mend it.", new InkstoneFormatException("not right", "a.json", "1", "2", "Mend it.").Message);
        Assert.Equal("not right.", new InkstoneFormatException("not right").Message);
        Assert.Equal("not right; found 2.", new InkstoneFormatException("not right", found: "2").Message);
        Assert.Equal("not right; expected 1.", new InkstoneFormatException("not right", expected: "1").Message);
        var cause = new IOException();
        var error = new InkstoneResourceException("what", "where", "expected", "found", "fix", cause);
        Assert.Equal(("what", "where", "expected", "found", "fix"), (error.What, error.Where, error.Expected, error.Found, error.Fix));
        Assert.Same(cause, error.InnerException);
    }

    [Fact]
    public void ExitCodesAreThoseOfTheCommandLine()
    {
        InkstoneException[] errors =
        [
            new InkstoneLifetimeException("x"), new InkstoneShapeException("x"), new InkstoneRequestException("x"), new InkstoneNotFoundException("x"),
            new InkstoneFormatException("x"), new InkstoneResourceException("x"), new InkstoneNumericException("x"),
        ];
        Assert.Equal([1, 1, 2, 3, 4, 5, 6], errors.Select(error => error.ExitCode));
        Assert.Equal(errors.Length, typeof(InkstoneException).Assembly.GetTypes().Count(type => type.IsSubclassOf(typeof(InkstoneException))));
    }

    [Theory]
    [InlineData("plain 墨", "'plain 墨'")]
    [InlineData("", "''")]
    [InlineData("a\nb\u001b[31m\u202e", "'a\\u000Ab\\u001B[31m\\u202E'")]
    [InlineData("12345678901", "'1234567890…'")]
    public void ExcerptsAreShortAndHarmless(string text, string shown) => Assert.Equal(shown, Excerpt.Of(text, 10));
}
