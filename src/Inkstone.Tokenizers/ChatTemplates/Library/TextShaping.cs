namespace Inkstone.Tokenizers;

/// <summary>The methods of <c>str</c> that pad. What they put in counts as the text's: in doubt it is the request's.</summary>
internal static class TextShaping
{
    /// <summary><c>ljust</c>, <c>rjust</c> and <c>center</c>: the share is how much of the padding goes to the left.</summary>
    public static TemplateValue Justify(TextValue self, Arguments arguments, RenderState state, string name, double share)
    {
        var bound = arguments.ByPlace(state, name, 1, 2);
        var fill = bound[1] is { } given ? TextMethods.Text(given, state) : null;
        if (fill is not null && fill.Count != 1)
            throw state.Error("The fill character must be exactly one character long");
        return Justify(self, Numbers.Small(bound[0]!, state), fill, state, share);
    }

    /// <summary>Pads to a width in code points.</summary>
    public static TextValue Justify(TextValue self, int width, TextValue? fill, RenderState state, double share)
    {
        var pad = width - (long)self.Count;
        if (pad <= 0)
            return self;
        state.CheckText(width);
        // Where the padding of center is odd, Python puts the greater part on the left only if the width is odd too.
        var left = share == 0.5 ? pad / 2 + (pad & width & 1) : share == 0 ? 0 : pad;
        var filling = fill ?? new TextValue(" ", self.Origin);
        var output = new TextBuilder(state);
        Fill(output, filling, left);
        output.Append(self);
        Fill(output, filling, pad - left);
        return output.ToText().AsMarkup(self.IsMarkup);
    }

    /// <summary><c>zfill</c>.</summary>
    public static TemplateValue FillZeros(TextValue self, Arguments arguments, RenderState state)
    {
        var width = Numbers.Small(arguments.ByPlace(state, "zfill", 1, 1)[0]!, state);
        var pad = width - (long)self.Count;
        if (pad <= 0)
            return self;
        state.CheckText(width);
        var signed = self.Size > 0 && self.Text[0] is '+' or '-' ? 1 : 0;
        var output = new TextBuilder(state);
        output.Append(self, 0, signed);
        output.Fill('0', (int)pad, self.Origin);
        output.Append(self, signed, self.Size - signed);
        return output.ToText();
    }

    /// <summary><c>expandtabs</c>.</summary>
    public static TemplateValue ExpandTabs(TextValue self, Arguments arguments, RenderState state)
    {
        var size = arguments.Bind(state, "expandtabs", 0, "tabsize")[0] is { } given ? Numbers.Small(given, state) : 8;
        var output = new TextBuilder(state);
        var column = 0;
        foreach (var character in self.Iterate(state))
        {
            var text = (TextValue)character;
            if (text.Text == "\t")
            {
                var pad = size > 0 ? size - column % size : 0;
                state.CheckText((long)output.Length + pad);
                output.Fill(' ', pad, text.Origin);
                column += pad;
                continue;
            }
            output.Append(text);
            column = text.Text is "\n" or "\r" ? 0 : column + 1;
        }
        return output.ToText();
    }

    private static void Fill(TextBuilder output, TextValue filling, long count)
    {
        if (filling.Size == 1)
            output.Fill(filling.Text[0], (int)count, filling.Origin);
        else
        {
            for (; count > 0; count--)
                output.Append(filling);
        }
    }
}
