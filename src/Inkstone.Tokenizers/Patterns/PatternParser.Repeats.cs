namespace Inkstone.Tokenizers;

/// <summary>Repeats, and what looks at one character around.</summary>
internal sealed partial class PatternParser
{
    private PatternNode Quantified(PatternNode part)
    {
        for (var count = 0; !AtEnd && Quantifiers.Contains(Peek); count++)
        {
            var place = _position;
            int least = 0, most = -1;
            var interval = Peek == '{';
            if (interval)
            {
                if (!Interval(out least, out most))
                {
                    if (IsOniguruma)
                        return part; // a sign like any other
                    throw Refuse(place, "a brace that is not a repeat", "\\{ for the sign itself");
                }
            }
            else
            {
                var sign = _pattern[_position++];
                (least, most) = (sign == '+' ? 1 : 0, sign == '?' ? 1 : -1);
            }
            if (part.IsCondition)
                throw Refuse(place, "a repeat of what matches no text");
            if (count > 0 && !IsOniguruma)
                throw Refuse(place, "a repeat of a repeat", "a group around the inner one");
            if (count > DeepestGroup)
                throw Refuse(place, "repeats of repeats", $"at most {DeepestGroup}");
            // Oniguruma knows neither a possessive interval nor, where the interval has one bound, a lazy one.
            var lazy = !(interval && IsOniguruma && least == most) && Take("?");
            var possessive = !lazy && !(interval && IsOniguruma) && Take("+");
            part = Repeated(part, least, most, lazy, place);
            if (possessive)
                part = Possessive(part, place, "a possessive repeat of more than a class");
        }
        return part;
    }

    private PatternNode Repeated(PatternNode part, int least, int most, bool lazy, int place)
    {
        if (part is PatternNode.Nothing)
            return part;
        if (most is not (0 or 1) && part.IsNullable)
        {
            // Where a turn may match nothing, engines differ in when they stop. A repeat of a repeat of the same is clear.
            if (lazy || most >= 0 || part is not PatternNode.Repeat { Least: 0, Lazy: false, Body: { IsNullable: false } body })
                throw Refuse(place, "a repeat of what may match nothing");
            return new PatternNode.Repeat(body, 0, -1, Lazy: false);
        }
        return new PatternNode.Repeat(part, least, most, lazy);
    }

    /// <summary><c>{n}</c>, <c>{n,}</c>, <c>{n,m}</c>, and Oniguruma's <c>{,m}</c>; where none of them stands here the position stays.</summary>
    private bool Interval(out int least, out int most)
    {
        var place = _position++;
        least = Count(place);
        most = least;
        if (Take(","))
            most = Count(place);
        else if (least < 0)
            most = -2;
        if (!Take("}") || (least < 0 && (most < 0 || !IsOniguruma)))
        {
            _position = place;
            return false;
        }
        least = Math.Max(least, 0);
        if (most >= 0 && most < least)
            throw Refuse(place, "a repeat whose bounds are the wrong way round");
        return true;
    }

    /// <summary>A decimal number, or −1 where none stands here.</summary>
    private int Count(int place)
    {
        if (!char.IsAsciiDigit(Peek))
            return -1;
        var value = 0;
        while (char.IsAsciiDigit(Peek))
        {
            value = (value * 10) + (_pattern[_position++] - '0');
            if (value > LargestCount)
                throw Refuse(place, "a repeat of more than that", $"a bound of at most {LargestCount}");
        }
        return value;
    }

    /// <summary>
    /// A part that gives nothing back. For repeats of one class that is a condition on the next character: it is not of the class,
    /// unless the upper bound is reached.
    /// </summary>
    private PatternNode Possessive(PatternNode part, int place, string refusal)
    {
        if (part is PatternNode.Nothing or PatternNode.Character or PatternNode.Ahead or PatternNode.Behind)
            return part;
        if (part is not PatternNode.Repeat { Lazy: false, Body: PatternNode.Character { Set: var set } } repeat)
            throw Refuse(place, refusal);
        var stop = new PatternNode.Ahead(Made(set.Complement()), AtEnd: true);
        if (repeat.Most < 0)
            return new PatternNode.Sequence([repeat, stop]);
        if (repeat.Least == repeat.Most)
            return repeat;
        return new PatternNode.Choice(
        [
            repeat with { Least = repeat.Most },
            new PatternNode.Sequence([repeat with { Most = repeat.Most - 1 }, stop]),
        ]);
    }

    private PatternNode Look(int place, bool ahead, bool negative)
    {
        var set = CodePointSet.Empty;
        var atEdge = false;
        if (!Collect(Choice()))
            throw Refuse(place, $"a look-{(ahead ? "ahead" : "behind")} of more than one character");
        if (negative)
            (set, atEdge) = (Made(set.Complement()), !atEdge);
        return ahead ? new PatternNode.Ahead(set, atEdge) : new PatternNode.Behind(set, atEdge);

        bool Collect(PatternNode node)
        {
            switch (node)
            {
                case PatternNode.Character character:
                    set = Made(set.Union(character.Set));
                    return true;
                case PatternNode.Ahead condition when ahead:
                    set = Made(set.Union(condition.Set));
                    atEdge |= condition.AtEnd;
                    return true;
                case PatternNode.Behind condition when !ahead:
                    set = Made(set.Union(condition.Set));
                    atEdge |= condition.AtStart;
                    return true;
                case PatternNode.Repeat { Least: 1, Body: PatternNode.Character character }:
                    set = Made(set.Union(character.Set)); // more of them change nothing
                    return true;
                case PatternNode.Choice choice:
                    return choice.Options.All(Collect);
                default:
                    return false;
            }
        }
    }
}
