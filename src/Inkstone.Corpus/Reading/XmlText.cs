using System.Xml;

namespace Inkstone.Corpus;

/// <summary>The character data of an XML file, streamed: mark-up falls away, lines stay. Document type definitions are refused.</summary>
internal static class XmlText
{
    private const int MaximumDepth = 1024;

    public static IEnumerable<TextPiece> Read(TextReader text)
    {
        using var reader = XmlReader.Create(text, new XmlReaderSettings
        {
            DtdProcessing = DtdProcessing.Prohibit,
            XmlResolver = null,
            IgnoreComments = true,
            IgnoreProcessingInstructions = true,
            CheckCharacters = false,
        });
        var buffer = new char[16_384];
        bool ended = false, glued = false; // since the last text: an element has ended; one has ended and another begun
        while (reader.Read())
        {
            switch (reader.NodeType)
            {
                case XmlNodeType.Element:
                    if (reader.Depth > MaximumDepth)
                        throw new XmlException($"Elements are nested more than {MaximumDepth} deep.");
                    glued |= ended;
                    ended |= reader.IsEmptyElement;
                    continue;
                case XmlNodeType.EndElement:
                    ended = true;
                    continue;
                case XmlNodeType.Text or XmlNodeType.CDATA:
                    if (glued)
                        yield return new("\n");
                    for (int count; (count = reader.ReadValueChunk(buffer, 0, buffer.Length)) > 0;)
                        yield return new(new string(buffer, 0, count));
                    break;
                case XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace:
                    // Indentation between elements is layout: a line end at most.
                    for (int count; (count = reader.ReadValueChunk(buffer, 0, buffer.Length)) > 0;)
                        yield return new(buffer.AsSpan(0, count).Contains('\n') ? "\n" : " ");
                    break;
                default:
                    continue;
            }
            ended = glued = false;
        }
    }
}
