using System.Text;

namespace Inkstone.Tokenizers;

/// <summary>Takes up to so many of one character off the start and the end of each token.</summary>
internal sealed class StripDecoder(string content, int start, int stop) : TextDecoder
{
    private readonly byte[] _content = Encoding.UTF8.GetBytes(content);

    /// <summary>The character.</summary>
    public string Content { get; } = content;

    /// <summary>The most that are taken off the start.</summary>
    public int StartCount { get; } = start;

    /// <summary>The most that are taken off the end.</summary>
    public int StopCount { get; } = stop;

    /// <inheritdoc/>
    public override DecoderStage Start(DecoderStage next) => new Stage(this, next);

    // Characters that may be the last are held back, all of them: which of them go is known only at the end.
    private sealed class Stage(StripDecoder decoder, DecoderStage next) : DecoderStage
    {
        private readonly DecodedBytes _partial = new();
        private int _toStrip = decoder.StartCount;
        private int _held;

        public override void Append(ReadOnlySpan<byte> part)
        {
            _partial.Append(part);
            Settle(isWhole: false);
        }

        public override void EndToken()
        {
            Settle(isWhole: true);
            Release(_held - Math.Min(_held, decoder.StopCount));
            (_toStrip, _held) = (decoder.StartCount, 0);
            next.EndToken();
        }

        public override void Finish() => next.Finish();

        private void Settle(bool isWhole)
        {
            var content = decoder._content;
            while (!_partial.Bytes.IsEmpty)
            {
                var bytes = _partial.Bytes;
                if (bytes.StartsWith(content))
                {
                    if (_toStrip > 0)
                        _toStrip--;
                    else
                        _held++;
                    _partial.Take(content.Length);
                    continue;
                }
                if (!isWhole && bytes.Length < content.Length && content.AsSpan().StartsWith(bytes))
                    return;
                _toStrip = 0;
                Release(_held);
                _held = 0;
                var plain = bytes[1..].IndexOf(content[0]);
                plain = plain < 0 ? bytes.Length : plain + 1;
                next.Append(bytes[..plain]);
                _partial.Take(plain);
            }
        }

        private void Release(int count)
        {
            for (; count > 0; count--)
                next.Append(decoder._content);
        }
    }
}
