using System.Security.Cryptography;

namespace Inkstone.Foundation.Files;

/// <summary>The length and SHA-256 of a file: what a checkpoint's commit record says of each of its files.</summary>
/// <param name="Length">The length in bytes.</param>
/// <param name="Sha256">The digest in lower-case hexadecimal, 64 characters.</param>
public sealed record FileDigest(long Length, string Sha256)
{
    /// <summary>The digest of bytes in memory.</summary>
    public static FileDigest Of(ReadOnlySpan<byte> bytes) => new(bytes.Length, Convert.ToHexStringLower(SHA256.HashData(bytes)));

    /// <summary>The digest of a stream from its present position to its end.</summary>
    public static FileDigest Of(Stream stream)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var block = new byte[1 << 16];
        long length = 0;
        for (int read; (read = stream.Read(block)) > 0; length += read)
            hash.AppendData(block, 0, read);
        return new(length, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }
}
