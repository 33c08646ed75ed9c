namespace Inkstone.Corpus;

/// <summary>Text and source code: the file as it stands, in pieces of bounded length.</summary>
internal static class PlainText
{
    public static IEnumerable<TextPiece> Read(TextReader reader, int length)
    {
        var buffer = new char[length];
        int count;
        while ((count = reader.Read(buffer, 0, buffer.Length)) > 0)
            yield return new(new string(buffer, 0, count));
    }
}
