using System.Text;

namespace Inkstone.Tokenizers;

/// <summary>The mark of a word's end becomes a space, or nothing in the last token.</summary>
internal sealed class BpeDecoder(string suffix) : TextDecoder
{
    /// <summary>The mark, such as <c>&lt;/w&gt;</c>.</summary>
    public string Suffix { get; } = suffix;

    /// <inheritdoc/>
    public override DecoderStage Start(DecoderStage next) => new Stage(Suffix, next);

    // A token's marks are known only when the next one comes, so each is held until then.
    private sealed class Stage(string suffix, DecoderStage next) : TokenDecoderStage(next)
    {
        private string? _held;

        protected override void Decode(ReadOnlySpan<byte> token)
        {
            Release(" ");
            _held = Encoding.UTF8.GetString(token);
        }

        public override void Finish()
        {
            Release("");
            base.Finish();
        }

        private void Release(string replacement)
        {
            if (_held is not null)
                Give(Encoding.UTF8.GetBytes(suffix.Length == 0 ? _held : _held.Replace(suffix, replacement, StringComparison.Ordinal)));
            _held = null;
        }
    }
}
