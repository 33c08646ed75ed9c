using System.Text;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Formats;

namespace Inkstone.Tokenizers;

/// <summary>
/// Writes a tokenizer as GGUF metadata, of the kinds that <see cref="GgufTokenizer"/> reads. What the format does not keep and text rarely needs is dropped and said: a
/// canonical composition before byte-level BPE, white space about single added tokens. What would change ordinary text is refused.
/// </summary>
internal static class GgufTokenizerWriter
{
    private const string Mark = "\u2581";

    /// <summary>Writes the values; returns what they do not keep.</summary>
    public static IReadOnlyList<string> Write(Tokenizer tokenizer, GgufValues values, string name, int size, IReadOnlyList<int> ends)
    {
        var vocabulary = new GgufVocabularyWriter(tokenizer, values, size);
        var notes = new List<string>();
        var parts = tokenizer.Parts;
        switch (parts.Model)
        {
            case SentencePieceTokenModel { Model.File: { Algorithm: SentencePieceAlgorithm.BytePair } file }:
                WriteScoredMerges(vocabulary, file);
                break;
            case SentencePieceTokenModel { Model.File: { Algorithm: SentencePieceAlgorithm.Unigram } file }:
                WriteUnigrams(vocabulary, file, notes);
                break;
            case BytePairModel model when model.Options.IsByteLevel || GgufPreTokenizers.WritesBytes(parts.PreTokenizer):
                WriteBytePairs(vocabulary, parts, model, notes);
                break;
            case BytePairModel model:
                WriteCharacterPairs(vocabulary, parts, model);
                break;
            case UnigramModel model:
                WriteUnigrams(vocabulary, parts, model, notes);
                break;
            case WordPieceModel model:
                WriteWordPieces(vocabulary, parts, model);
                break;
            default:
                throw Refuse("a tokenizer of this kind", parts.Model.Name);
        }
        if (parts.Model is WordPieceModel)
            vocabulary.WriteClassifierRoles();
        else
            vocabulary.WriteRoles(ends);
        vocabulary.WriteTemplates();
        values.Set("general.name", NameFor(tokenizer, name, notes));
        return notes;
    }

    /// <summary>llama.cpp knows by a model's name that tokens of Phi 3 take the white space after them.</summary>
    private static string NameFor(Tokenizer tokenizer, string name, List<string> notes)
    {
        if (tokenizer.AddedTokens.Any(token => token.StripsLeft || token.IsSingleWord))
            notes.Add("that some added tokens take white space before them, or are whole words");
        if (!tokenizer.AddedTokens.Any(token => token.StripsRight) || name.Contains("phi-3", StringComparison.OrdinalIgnoreCase) || name.Contains("phi3", StringComparison.OrdinalIgnoreCase))
            return name;
        return "Phi-3 " + name;
    }

    private static void WriteScoredMerges(GgufVocabularyWriter vocabulary, SentencePieceFile file)
    {
        var rules = file.Normalization;
        if (rules.Map is not null || rules.RemovesExtraWhitespace || !rules.EscapesWhitespace || file.HasWhitespaceSuffix || !file.HasByteFallback)
            throw Refuse("SentencePiece's BPE with rules of normalisation, or without bytes for what it lacks", rules.Name);
        for (var id = 0; id < file.Kinds.Length; id++)
            vocabulary.Kinds[id] = file.Kinds[id];
        vocabulary.WriteTokens("llama", "default", file.Scores);
        vocabulary.Set("add_space_prefix", rules.AddsDummyPrefix);
    }

    private static void WriteCharacterPairs(GgufVocabularyWriter vocabulary, TokenizerParts parts, BytePairModel model)
    {
        var options = model.Options;
        if (!options.HasByteFallback || options.IgnoresMerges || options.Dropout is > 0 || options.Prefix is { Length: > 0 } || options.Suffix is { Length: > 0 })
            throw Refuse("a BPE over characters without bytes for what it lacks, or with affixes", model.Name);
        var addsPrefix = AddsPrefix(parts);
        vocabulary.MarkBytes();
        vocabulary.WriteTokens("llama", "default", GgufScores.Of(model, vocabulary.Kinds));
        vocabulary.Set("add_space_prefix", addsPrefix);
    }

    /// <summary>Whether a space is put before a text, by stages that do nothing else but write spaces as marks.</summary>
    private static bool AddsPrefix(TokenizerParts parts)
    {
        var stages = parts.Normalizer is NormalizerSequence sequence ? sequence.Stages : parts.Normalizer is { } one ? [one] : [];
        return (stages, parts.PreTokenizer) switch
        {
            ([PrependNormalizer { Prepend: Mark }, ReplaceNormalizer { Pattern: LiteralPattern { Text: " " }, Content: Mark }], null) => true,
            // no space is left for the stage of Gemma's that cuts at spaces
            ([ReplaceNormalizer { Pattern: LiteralPattern { Text: " " }, Content: Mark }], null or SplitStage { Pattern: LiteralPattern { Text: " " } }) => false,
            ([], MetaspaceStage { Mark: Mark, Cuts: false } metaspace) => metaspace.Scheme != PrependScheme.Never,
            _ => throw Refuse("these stages before a BPE over characters", string.Join(", ", stages.Select(stage => stage.GetType().Name).Append(parts.PreTokenizer?.GetType().Name ?? "none"))),
        };
    }

    private static void WriteBytePairs(GgufVocabularyWriter vocabulary, TokenizerParts parts, BytePairModel model, List<string> notes)
    {
        if (parts.Normalizer is FormNormalizer { Kind: NormalizationKind.Nfc })
            notes.Add("the normalisation NFC: text in another form gets other ids");
        else if (parts.Normalizer is not null)
            throw Refuse("a normaliser before a byte-level BPE", parts.Normalizer.GetType().Name);
        var name = GgufPreTokenizers.NameOf(parts.PreTokenizer, model)
            ?? throw Refuse("a way of cutting text for which llama.cpp has no name", parts.PreTokenizer is null ? "none" : string.Join(", ", Names(parts.PreTokenizer)));
        vocabulary.WriteTokens("gpt2", name);
        var merges = new List<string>();
        foreach (var (left, right, _) in model.Merges.All)
        {
            if (model.Text(left) is { } first && model.Text(right) is { } second)
                merges.Add(first + " " + second);
        }
        vocabulary.SetTexts("merges", merges);
    }

    private static IEnumerable<string> Names(PreTokenizerStage stage) =>
        (stage is PreTokenizerSequence sequence ? sequence.Stages : [stage]).Select(part => part is SplitStage { Pattern: ExpressionPattern expression } ? expression.Source : part.GetType().Name);

    private static void WriteWordPieces(GgufVocabularyWriter vocabulary, TokenizerParts parts, WordPieceModel model)
    {
        if (parts.Normalizer is not (BertNormalizer { CleanText: true, HandleChineseCharacters: true } or GgufBertNormalizer) || parts.PreTokenizer is not (BertStage or WhitespaceSplitStage) || model.Prefix != "##")
            throw Refuse("a WordPiece but BERT's own", parts.Normalizer?.GetType().Name ?? "no normaliser");
        var (lowercase, strips) = parts.Normalizer is BertNormalizer bert ? (bert.Lowercase, bert.StripAccents ?? bert.Lowercase)
            : (((GgufBertNormalizer)parts.Normalizer).Lowercase, ((GgufBertNormalizer)parts.Normalizer).StripsAccents);
        for (var id = 0; id < vocabulary.Tokens.Length; id++)
        {
            if (vocabulary.Kinds[id] == SentencePieceKind.Normal)
                vocabulary.Tokens[id] = vocabulary.Tokens[id].StartsWith(model.Prefix, StringComparison.Ordinal) && vocabulary.Tokens[id].Length > model.Prefix.Length
                    ? vocabulary.Tokens[id][model.Prefix.Length..] : Mark + vocabulary.Tokens[id];
        }
        vocabulary.WriteTokens("bert", "default");
        vocabulary.Set("normalizer.lowercase", lowercase);
        vocabulary.Set("normalizer.strip_accents", strips);
    }

    /// <summary>SentencePiece's user-defined pieces do not part a text, as llama.cpp's do; as ordinary ones that cost nothing they are found like any other.</summary>
    private static void WriteUnigrams(GgufVocabularyWriter vocabulary, SentencePieceFile file, List<string> notes)
    {
        if (!file.Normalization.EscapesWhitespace || file.HasWhitespaceSuffix || file.HasByteFallback)
            throw Refuse("a unigram model with bytes for what it lacks, or with spaces after words", "unigram");
        float[] scores = [.. file.Scores];
        for (var id = 0; id < scores.Length; id++)
        {
            var isDefined = file.Kinds[id] == SentencePieceKind.UserDefined;
            (vocabulary.Kinds[id], scores[id]) = isDefined ? (SentencePieceKind.Normal, 0) : (file.Kinds[id], scores[id]);
        }
        WriteUnigrams(vocabulary, scores, file.Normalization.Map, file.Normalization.AddsDummyPrefix, file.Normalization.RemovesExtraWhitespace, notes);
    }

    private static void WriteUnigrams(GgufVocabularyWriter vocabulary, TokenizerParts parts, UnigramModel model, List<string> notes)
    {
        if (model.HasByteFallback)
            throw Refuse("a unigram model with bytes for what it lacks", model.Name);
        var scores = Array.ConvertAll(model.Scores, score => (float)score);
        if (parts.Normalizer is GgufUnigramNormalizer own)
        {
            WriteUnigrams(vocabulary, scores, own.Map, own.AddsPrefix, own.MergesSpaces, notes);
            return;
        }
        CharacterMap? map = null;
        var mergesSpaces = false;
        foreach (var stage in parts.Normalizer is NormalizerSequence sequence ? sequence.Stages : parts.Normalizer is { } one ? [one] : [])
        {
            if (stage is PrecompiledNormalizer precompiled && map is null)
                map = precompiled.Map;
            else if (stage is ReplaceNormalizer { Pattern: ExpressionPattern { Source: " {2,}" }, Content: " " or Mark } or StripNormalizer)
                mergesSpaces = true;
            else
                throw Refuse("this normaliser before a unigram model", stage.GetType().Name);
        }
        var stages = parts.PreTokenizer is PreTokenizerSequence cutters ? cutters.Stages : [parts.PreTokenizer!];
        if (stages is not ([MetaspaceStage { Mark: Mark }] or [WhitespaceSplitStage, MetaspaceStage { Mark: Mark }]))
            throw Refuse("these stages before a unigram model", string.Join(", ", stages.Select(stage => stage?.GetType().Name ?? "none")));
        WriteUnigrams(vocabulary, scores, map, ((MetaspaceStage)stages[^1]!).Scheme != PrependScheme.Never, mergesSpaces || stages.Count > 1, notes);
    }

    private static void WriteUnigrams(GgufVocabularyWriter vocabulary, float[] scores, CharacterMap? map, bool addsPrefix, bool mergesSpaces, List<string> notes)
    {
        var changed = 0;
        for (var id = 0; id < vocabulary.Kinds.Length; id++)
        {
            // llama.cpp would take every character that begins with the same byte apart
            if (vocabulary.Kinds[id] == SentencePieceKind.UserDefined && Encoding.UTF8.GetBytes(vocabulary.Tokens[id])[0] >= 0x80)
            {
                vocabulary.Kinds[id] = SentencePieceKind.Normal;
                changed++;
            }
        }
        if (changed > 0)
            notes.Add($"that {changed} user-defined tokens outside ASCII are matched before all others");
        vocabulary.WriteTokens("t5", "default", scores);
        vocabulary.Set("add_space_prefix", addsPrefix);
        vocabulary.Set("remove_extra_whitespaces", mergesSpaces);
        if (map is not null)
            vocabulary.SetBytes("precompiled_charsmap", map.Bytes);
    }

    private static InkstoneRequestException Refuse(string what, string found) => new($"GGUF has no form for {what}", nameof(Tokenizer.WriteGguf), found: found);
}
