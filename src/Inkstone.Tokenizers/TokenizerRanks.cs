using Inkstone.Foundation.Errors;

namespace Inkstone.Tokenizers;

/// <content>Rank files, as tiktoken publishes them.</content>
public sealed partial class Tokenizer
{
    /// <summary>Reads a rank file. It says neither how text is cut nor which special tokens there are.</summary>
    /// <param name="ranks">The file's bytes.</param>
    /// <param name="preTokenizer">How text is cut before merging.</param>
    /// <param name="addedTokens">The special tokens with their ids, such as <see cref="RankVocabularies.Cl100kSpecials"/>; null for none.</param>
    /// <param name="roles">Which special tokens open and close a document; null: as their names tell.</param>
    /// <param name="name">How errors call the file.</param>
    /// <exception cref="InkstoneFormatException">The file is broken.</exception>
    /// <exception cref="InkstoneRequestException">A special token has the id of a token of the file, or a role names a token that is not there.</exception>
    public static Tokenizer FromRanks(
        ReadOnlySpan<byte> ranks, PreTokenizer preTokenizer, IReadOnlyList<AddedToken>? addedTokens = null, SpecialRoles? roles = null,
        string name = "rank file")
    {
        ArgumentNullException.ThrowIfNull(preTokenizer);
        addedTokens ??= [];
        var model = RankFile.Read(ranks, name);
        foreach (var token in addedTokens)
        {
            if (token.Id < model.Pieces.Count && !model.Pieces[token.Id].IsEmpty)
                throw new InkstoneRequestException("a special token has the id of another token", nameof(addedTokens), found: FormattableString.Invariant($"{token.Content}, {token.Id}"));
        }
        return new(model, preTokenizer, addedTokens, roles ?? SpecialRoles.FromNames([.. addedTokens.Where(token => token.IsSpecial).Select(token => token.Content)]));
    }

    /// <summary>The tokens as a rank file. It does not hold special tokens, nor how text is cut.</summary>
    /// <exception cref="InkstoneRequestException">The vocabulary's merges are not those that ranks in the order of ids give.</exception>
    public byte[] ToRanks() => RankFile.Write(ByteLevelModel is { } model && PreTokenizer is not null ? model
        : throw new InkstoneRequestException("only a byte-level BPE whose text one pattern cuts can be written as ranks", nameof(ToRanks), found: _model.Name));
}
