using System.Text;
using Inkstone.Foundation.Errors;

namespace Inkstone.Tokenizers;

/// <summary>What must hold between the parts of a SentencePiece model before it is used.</summary>
internal static class SentencePieceChecks
{
    /// <summary>Checks a model: one unknown piece, no piece twice, bytes all there or none.</summary>
    /// <exception cref="InkstoneFormatException">Something does not hold.</exception>
    public static void Check(SentencePieceFile file, string source)
    {
        var unknown = file.Kinds.Count(kind => kind == SentencePieceKind.Unknown);
        if (unknown != 1)
            throw new InkstoneFormatException("a model has no unknown piece, or several", source, "one", FormattableString.Invariant($"{unknown}"));
        CheckDuplicates(file, source);
        CheckBytes(file, source);
    }

    private static void CheckDuplicates(SentencePieceFile file, string source)
    {
        // Pieces found in text and the others are two name spaces, as they are in SentencePiece.
        foreach (var ordinary in (bool[])[true, false])
        {
            var sorted = file.Pieces.Sort(id => IsOrdinary(file.Kinds[id]) == ordinary);
            for (var i = 1; i < sorted.Length; i++)
            {
                if (file.Pieces[sorted[i]].SequenceEqual(file.Pieces[sorted[i - 1]]))
                    throw new InkstoneFormatException("two pieces have the same text", FormattableString.Invariant($"{source}, pieces {sorted[i - 1]} and {sorted[i]}"),
                        found: Excerpt.Of(Encoding.UTF8.GetString(file.Pieces[sorted[i]])));
            }
        }
    }

    private static void CheckBytes(SentencePieceFile file, string source)
    {
        var found = 0;
        for (var id = 0; id < file.Kinds.Length; id++)
        {
            if (file.Kinds[id] != SentencePieceKind.Byte)
                continue;
            found++;
            if (!file.HasByteFallback)
                throw new InkstoneFormatException("there is a byte piece in a model without byte fallback", FormattableString.Invariant($"{source}, piece {id}"));
            if (ByteTokens.ValueOf(file.Pieces[id]) < 0)
                throw new InkstoneFormatException("a byte piece is not written as one", FormattableString.Invariant($"{source}, piece {id}"), "'<0x00>' to '<0xFF>'",
                    Excerpt.Of(Encoding.UTF8.GetString(file.Pieces[id])));
        }
        if (file.HasByteFallback && found != 256)
            throw new InkstoneFormatException("a model with byte fallback lacks pieces for some bytes", source, "256", FormattableString.Invariant($"{found}"));
    }

    private static bool IsOrdinary(SentencePieceKind kind) => kind is SentencePieceKind.Normal or SentencePieceKind.UserDefined or SentencePieceKind.Unused;
}
