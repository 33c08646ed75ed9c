namespace Inkstone.Models;

/// <summary>
/// The vocabulary of a model over bytes: ids 0 … 255 are the bytes themselves and 256 is the border at which a document begins
/// (BOS) and ends (EOS). A byte model therefore pays for the end of each document as a model over tokens does.
/// </summary>
public static class ByteVocabulary
{
    /// <summary>The id that begins and ends a document.</summary>
    public const int Border = 256;

    /// <summary>Number of ids: 256 bytes and the border.</summary>
    public const int Size = 257;

    /// <summary>A document as ids: border, bytes, border.</summary>
    /// <param name="bytes">The document's UTF-8 text.</param>
    public static int[] Encode(ReadOnlySpan<byte> bytes)
    {
        var ids = new int[checked(bytes.Length + 2)];
        ids[0] = ids[^1] = Border;
        for (var i = 0; i < bytes.Length; i++)
            ids[i + 1] = bytes[i];
        return ids;
    }
}
