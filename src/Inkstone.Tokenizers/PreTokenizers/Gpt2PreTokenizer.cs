namespace Inkstone.Tokenizers;

/// <summary>
/// <c>'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+</c> (Radford et al. 2019, "Language models are
/// unsupervised multitask learners", code). Each alternative is told by the first one or two characters, so nothing is read
/// more than twice.
/// </summary>
internal sealed class Gpt2PreTokenizer : PreTokenizer
{
    public override string Name => "gpt2";

    public override string Pattern => @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    public override int Next(ReadOnlySpan<byte> utf8, int start)
    {
        var position = start;
        if (utf8[start] == '\'')
        {
            var contraction = ContractionLength(utf8[start..]);
            if (contraction > 0)
                return start + contraction;
        }
        else if (utf8[start] == ' ' && start + 1 < utf8.Length)
            position++;
        var kind = CharacterClasses.At(utf8, position, out var length);
        return IsWhite(kind) ? SkipSpaces(utf8, start) : SkipRun(utf8, position + length, kind);
    }

    private static int ContractionLength(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length < 2)
            return 0;
        if (utf8[1] is (byte)'s' or (byte)'t' or (byte)'m' or (byte)'d')
            return 2;
        return utf8.Length > 2 && (utf8[1], utf8[2]) is ((byte)'r', (byte)'e') or ((byte)'v', (byte)'e') or ((byte)'l', (byte)'l') ? 3 : 0;
    }
}
