using System.Buffers;
using System.Text;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Formats;

namespace Inkstone.Tokenizers;

/// <summary>Reads a SentencePiece <c>.model</c>: a protobuf message of pieces (field 1) and options of trainer (2), normaliser (3) and denormaliser (5).</summary>
internal static class SentencePieceReader
{
    /// <summary>Reads a model and checks that it can be used.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="source">How errors name it.</param>
    /// <exception cref="InkstoneFormatException">It is no SentencePiece model, or one whose parts do not fit each other.</exception>
    public static SentencePieceFile Read(ReadOnlySpan<byte> bytes, string source)
    {
        var (count, length) = Measure(bytes, source);
        if (count == 0)
            throw new InkstoneFormatException("a SentencePiece model holds no piece", source, fix: "This is probably not a SentencePiece model.");
        var pieces = new Pieces(count, length);
        var (trainer, trainerBytes, trainerSource) = (new TrainerOptions(), new ArrayBufferWriter<byte>(), source + ", trainer options");
        var (normalizerBytes, denormalizerBytes, selfTestBytes) = (new ArrayBufferWriter<byte>(), new ArrayBufferWriter<byte>(), new ArrayBufferWriter<byte>());
        var (normalizerSource, denormalizerSource) = (source + ", normaliser options", source + ", denormaliser options");
        NormalizationOptions? normalization = null, denormalization = null;
        var reader = new ProtobufReader(bytes, source);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    ReadPiece(reader.ReadMessage(), pieces, reader);
                    break;
                case 2:
                    // A message that stands several times is one message, the later fields overriding the earlier.
                    ReadTrainer(new(Keep(reader.ReadBytes(), trainerBytes), trainerSource), trainer);
                    break;
                case 3:
                    ReadNormalization(new(Keep(reader.ReadBytes(), normalizerBytes), normalizerSource), normalization ??= new());
                    break;
                case 4:
                    Keep(reader.ReadBytes(), selfTestBytes);
                    break;
                case 5:
                    ReadNormalization(new(Keep(reader.ReadBytes(), denormalizerBytes), denormalizerSource), denormalization ??= new());
                    break;
            }
        }
        var file = new SentencePieceFile
        {
            Pieces = pieces.ToBlock(),
            Scores = pieces.Scores,
            Kinds = pieces.Kinds,
            Algorithm = trainer.Algorithm,
            HasByteFallback = trainer.HasByteFallback,
            HasWhitespaceSuffix = trainer.HasWhitespaceSuffix,
            UnknownSurface = trainer.UnknownSurface,
            BeginId = pieces.FindControl(trainer.Begin),
            EndId = pieces.FindControl(trainer.End),
            PadId = pieces.FindControl(trainer.Pad),
            Normalization = normalization?.Made(source) ?? new(),
            Denormalization = denormalization is null or { Map.Length: 0 } ? null : denormalization.Made(source),
            TrainerBytes = trainerBytes.WrittenSpan.ToArray(),
            NormalizerBytes = normalizerBytes.WrittenSpan.ToArray(),
            DenormalizerBytes = denormalizerBytes.WrittenSpan.ToArray(),
            SelfTestBytes = selfTestBytes.WrittenSpan.ToArray(),
            SaysNormalKind = pieces.SaysNormalKind,
            LeavesZeroOut = pieces.LeavesZeroOut,
        };
        SentencePieceChecks.Check(file, source);
        return file;

        static ReadOnlySpan<byte> Keep(ReadOnlySpan<byte> message, ArrayBufferWriter<byte> kept)
        {
            kept.Write(message);
            return message;
        }
    }

    private static (int Count, int Length) Measure(ReadOnlySpan<byte> bytes, string source)
    {
        int count = 0, length = 0;
        var reader = new ProtobufReader(bytes, source);
        while (reader.Next())
        {
            if (reader.Field != 1)
                continue;
            count++;
            var piece = reader.ReadMessage();
            while (piece.Next())
            {
                if (piece.Field == 1)
                    length += piece.ReadBytes().Length;
            }
        }
        return (count, length);
    }

    private static void ReadPiece(ProtobufReader reader, Pieces pieces, in ProtobufReader outer)
    {
        ReadOnlySpan<byte> text = default;
        var (score, kind) = ((float?)null, (int?)null);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    text = reader.ReadBytes();
                    break;
                case 2:
                    score = reader.ReadFiniteSingle();
                    break;
                case 3:
                    kind = reader.ReadInt32();
                    if (kind is < 1 or > 6)
                        throw reader.Error("a piece is of an unknown kind", "1 to 6", FormattableString.Invariant($"{kind}"));
                    break;
            }
        }
        if (text.IsEmpty)
            throw outer.Error("a piece is empty");
        pieces.SaysNormalKind |= kind == 1;
        pieces.LeavesZeroOut |= score is null;
        pieces.Add(text, score ?? 0, (SentencePieceKind)(kind ?? 1));
    }

    private static void ReadTrainer(ProtobufReader reader, TrainerOptions options)
    {
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 3:
                    var algorithm = reader.ReadInt32();
                    if (algorithm is < 1 or > 4)
                        throw reader.Error("a model is of an unknown kind", "1 (unigram), 2 (BPE), 3 (word) or 4 (character)", FormattableString.Invariant($"{algorithm}"));
                    options.Algorithm = (SentencePieceAlgorithm)algorithm;
                    break;
                case 24:
                    options.HasWhitespaceSuffix = reader.ReadBoolean();
                    break;
                case 35:
                    options.HasByteFallback = reader.ReadBoolean();
                    break;
                case 44:
                    options.UnknownSurface = reader.ReadString();
                    break;
                case 46:
                    options.Begin = reader.ReadString();
                    break;
                case 47:
                    options.End = reader.ReadString();
                    break;
                case 48:
                    options.Pad = reader.ReadString();
                    break;
            }
        }
    }

    private static void ReadNormalization(ProtobufReader reader, NormalizationOptions options)
    {
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    options.Name = reader.ReadString();
                    break;
                case 2:
                    options.Map = reader.ReadBytes().ToArray();
                    break;
                case 3:
                    options.AddsDummyPrefix = reader.ReadBoolean();
                    break;
                case 4:
                    options.RemovesExtraWhitespace = reader.ReadBoolean();
                    break;
                case 5:
                    options.EscapesWhitespace = reader.ReadBoolean();
                    break;
            }
        }
    }

    private sealed class TrainerOptions
    {
        public SentencePieceAlgorithm Algorithm { get; set; } = SentencePieceAlgorithm.Unigram;

        public bool HasWhitespaceSuffix { get; set; }

        public bool HasByteFallback { get; set; }

        public string UnknownSurface { get; set; } = SentencePieceFile.DefaultUnknownSurface;

        public string Begin { get; set; } = "<s>";

        public string End { get; set; } = "</s>";

        public string Pad { get; set; } = "<pad>";
    }

    private sealed class NormalizationOptions
    {
        public string Name { get; set; } = "";

        public byte[] Map { get; set; } = [];

        public bool AddsDummyPrefix { get; set; } = true;

        public bool RemovesExtraWhitespace { get; set; } = true;

        public bool EscapesWhitespace { get; set; } = true;

        public SentencePieceNormalization Made(string source) => new()
        {
            Name = Name,
            Map = Map.Length == 0 ? null : new(Map, source + ", character map"),
            AddsDummyPrefix = AddsDummyPrefix,
            RemovesExtraWhitespace = RemovesExtraWhitespace,
            EscapesWhitespace = EscapesWhitespace,
        };
    }

    private sealed class Pieces(int count, int length)
    {
        private readonly byte[] _bytes = new byte[length];
        private readonly int[] _starts = new int[count];
        private readonly int[] _lengths = new int[count];
        private int _count;
        private int _used;

        public float[] Scores { get; } = new float[count];

        public SentencePieceKind[] Kinds { get; } = new SentencePieceKind[count];

        public bool SaysNormalKind { get; set; }

        public bool LeavesZeroOut { get; set; }

        public PieceBlock ToBlock() => new(_bytes, _starts, _lengths);

        public void Add(ReadOnlySpan<byte> text, float score, SentencePieceKind kind)
        {
            text.CopyTo(_bytes.AsSpan(_used));
            (_starts[_count], _lengths[_count], Scores[_count], Kinds[_count]) = (_used, text.Length, score, kind);
            _used += text.Length;
            _count++;
        }

        public int FindControl(string text)
        {
            var utf8 = Encoding.UTF8.GetBytes(text);
            for (var id = 0; id < _count; id++)
            {
                if (Kinds[id] == SentencePieceKind.Control && _bytes.AsSpan(_starts[id], _lengths[id]).SequenceEqual(utf8))
                    return id;
            }
            return -1;
        }
    }
}
