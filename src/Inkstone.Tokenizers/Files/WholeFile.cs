using System.Globalization;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Files;

namespace Inkstone.Tokenizers;

/// <summary>Reads a file whole, if it is not too large to be a tokenizer.</summary>
internal static class WholeFile
{
    private const long LargestFile = 256L << 20;

    /// <summary>The file's bytes.</summary>
    /// <exception cref="InkstoneNotFoundException">There is no such file.</exception>
    /// <exception cref="InkstoneResourceException">It cannot be read.</exception>
    /// <exception cref="InkstoneFormatException">It is too large.</exception>
    public static byte[] Read(string path)
    {
        try
        {
            var length = new FileInfo(path).Length;
            return length <= LargestFile ? File.ReadAllBytes(path)
                : throw new InkstoneFormatException("a file is too large for a tokenizer", path, string.Create(CultureInfo.InvariantCulture, $"at most {LargestFile} bytes"),
                    string.Create(CultureInfo.InvariantCulture, $"{length} bytes"));
        }
        catch (Exception error) when (FileErrors.IsFileError(error))
        {
            throw FileErrors.Explain(error, "cannot read the file", path);
        }
    }
}
