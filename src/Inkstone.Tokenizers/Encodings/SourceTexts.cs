namespace Inkstone.Tokenizers;

/// <summary>The texts that offsets count in, for those who move offsets by characters.</summary>
internal sealed class SourceTexts(OffsetUnit unit, bool areWords)
{
    private readonly List<byte[]>[] _texts = [[], []];

    /// <summary>Adds a text, or the next word of one.</summary>
    public void Add(int sequence, byte[] utf8) => _texts[sequence].Add(utf8);

    /// <summary>A walk through the texts, cheap where the tokens asked about lie in order.</summary>
    public Walk Begin() => new(this);

    private ReadOnlySpan<byte> TextOf(TokenInText token) => token.SequenceIndex is { } sequence ? _texts[sequence][areWords ? token.WordIndex!.Value : 0] : [];

    /// <summary>A place in one of the texts, in bytes and in the unit of offsets.</summary>
    internal ref struct Walk(SourceTexts texts)
    {
        private ReadOnlySpan<byte> _utf8;
        private int _byte;
        private int _unit;

        /// <summary>The offset of a token without so many characters at its beginning and end; at the end no more than the text has before.</summary>
        public TextRange Trim(TokenInText token, OuterSpace space)
        {
            var text = texts.TextOf(token);
            if (text != _utf8)
            {
                _utf8 = text;
                (_byte, _unit) = (0, 0);
            }
            var (start, end) = (token.Offset.Start, token.Offset.End);
            if (space.Before > 0)
            {
                Go(start);
                for (var left = space.Before; left > 0 && _unit < end && _byte < text.Length; left--)
                    Forward();
                start = Math.Min(_unit, end);
            }
            if (space.After > 0)
            {
                Go(end);
                var left = space.After;
                for (; left > 0 && _byte > 0; left--)
                    Back();
                end = left > 0 ? end : Math.Max(_unit, start);
            }
            return new(start, end);
        }

        private void Go(int unit)
        {
            while (_unit < unit && _byte < _utf8.Length)
                Forward();
            while (_unit > unit)
                Back();
        }

        private void Forward()
        {
            var length = Utf8Text.LengthAt(_utf8, _byte);
            _byte += length;
            _unit += Units(length);
        }

        private void Back()
        {
            var before = Utf8Text.Before(_utf8, _byte);
            _unit -= Units(_byte - before);
            _byte = before;
        }

        private readonly int Units(int length) => texts.Unit == OffsetUnit.Bytes ? length : length == 4 ? 2 : 1;
    }

    private OffsetUnit Unit => unit;
}
