using Inkstone.Foundation.Formats;

namespace Inkstone.Tokenizers;

/// <summary>Writes a SentencePiece <c>.model</c>.</summary>
internal static class SentencePieceWriter
{
    /// <summary>The bytes of the file: of one that was read, its own. Reading them gives an equal model.</summary>
    public static byte[] Write(SentencePieceFile file)
    {
        var writer = new ProtobufWriter();
        var part = new ProtobufWriter();
        for (var id = 0; id < file.Pieces.Count; id++)
        {
            part.Clear();
            part.WriteBytes(1, file.Pieces[id]);
            if (file.Scores[id] != 0 || !file.LeavesZeroOut)
                part.WriteSingle(2, file.Scores[id]);
            if (file.Kinds[id] != SentencePieceKind.Normal || file.SaysNormalKind)
                part.WriteInt32(3, (int)file.Kinds[id]);
            writer.WriteMessage(1, part);
        }
        part.Clear();
        if (file.TrainerBytes.Length == 0)
        {
            WriteTrainer(part, file);
            writer.WriteMessage(2, part);
        }
        else
            writer.WriteBytes(2, file.TrainerBytes);
        WriteNormalization(writer, part, 3, file.NormalizerBytes, file.Normalization);
        if (file.SelfTestBytes.Length > 0)
            writer.WriteBytes(4, file.SelfTestBytes);
        WriteNormalization(writer, part, 5, file.DenormalizerBytes, file.Denormalization);
        return writer.Written.ToArray();
    }

    private static void WriteTrainer(ProtobufWriter part, SentencePieceFile file)
    {
        part.WriteInt32(3, (int)file.Algorithm);
        part.WriteInt32(4, file.Pieces.Count);
        part.WriteBoolean(24, file.HasWhitespaceSuffix);
        part.WriteBoolean(35, file.HasByteFallback);
        part.WriteInt32(40, file.UnknownId);
        part.WriteInt32(41, file.BeginId);
        part.WriteInt32(42, file.EndId);
        part.WriteInt32(43, file.PadId);
        part.WriteString(44, file.UnknownSurface);
        foreach (var (field, id) in ((int, int)[])[(45, file.UnknownId), (46, file.BeginId), (47, file.EndId), (48, file.PadId)])
        {
            if (id >= 0)
                part.WriteBytes(field, file.Pieces[id]);
        }
    }

    private static void WriteNormalization(ProtobufWriter writer, ProtobufWriter part, int field, byte[] bytes, SentencePieceNormalization? options)
    {
        if (bytes.Length > 0)
            writer.WriteBytes(field, bytes);
        if (bytes.Length > 0 || options is null)
            return;
        part.Clear();
        part.WriteString(1, options.Name);
        if (options.Map is { } map)
            part.WriteBytes(2, map.Bytes);
        part.WriteBoolean(3, options.AddsDummyPrefix);
        part.WriteBoolean(4, options.RemovesExtraWhitespace);
        part.WriteBoolean(5, options.EscapesWhitespace);
        writer.WriteMessage(field, part);
    }
}
