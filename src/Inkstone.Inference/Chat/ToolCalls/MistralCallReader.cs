using System.Text;

namespace Inkstone.Inference;

/// <summary>Reads calls of Mistral's formats: after a mark a JSON list of objects, or a name, a mark and the arguments.</summary>
internal sealed class MistralCallReader : ToolCallReader
{
    public const string Open = "[TOOL_CALLS]";
    public const string Identity = "[CALL_ID]";
    public const string Arguments = "[ARGS]";

    private readonly JsonObjectScanner _object = new();
    private readonly StringBuilder _name = new();
    private Place _place;

    private enum Place
    {
        Start,
        List,
        ListItem,
        AfterItem,
        Name,
        Identity,
        BeforeArguments,
        Arguments,
        End,
    }

    public override bool IsSettled => _place == Place.End;

    public override bool Begin(string mark) => mark == Open;

    public override bool Append(char c)
    {
        switch (_place)
        {
            case Place.ListItem or Place.Arguments:
                _object.Append(c);
                return !_object.IsComplete || EndObject();
            case Place.Name when IsOfName(c):
                _name.Append(c);
                return true;
            case Place.Identity:
                return IsOfName(c);
        }
        if (char.IsWhiteSpace(c) && _place != Place.Name)
            return true;
        switch (_place, c)
        {
            case (Place.Start, '['):
                _place = Place.List;
                return true;
            case (Place.Start, _) when IsOfName(c):
                _place = Place.Name;
                _name.Clear().Append(c);
                return true;
            case (Place.List, '{'):
                return BeginObject(Place.ListItem);
            case (Place.AfterItem, ','):
                _place = Place.List;
                return true;
            case (Place.List or Place.AfterItem, ']'):
                _place = Place.End;
                return true;
            case (Place.Name or Place.BeforeArguments, '{'):
                return BeginObject(Place.Arguments);
            default:
                return false;
        }
    }

    public override bool Append(string mark)
    {
        switch (_place, mark)
        {
            case (Place.ListItem or Place.Arguments, _):
                return _object.TryAppend(mark);
            case (Place.Name, Identity):
                _place = Place.Identity;
                return true;
            case (Place.Name or Place.Identity, Arguments):
                _place = Place.BeforeArguments;
                return true;
            case (Place.End, Open):
                _place = Place.Start;
                return true;
            default:
                return false;
        }
    }

    public override bool Finish() => _place == Place.AfterItem;

    private static bool IsOfName(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.';

    private bool BeginObject(Place place)
    {
        _place = place;
        _object.Clear();
        _object.Append('{');
        return true;
    }

    private bool EndObject()
    {
        var call = _place == Place.ListItem ? ToolCall.Parse(_object.Text) : ToolCall.Parse(_name.ToString(), _object.Text);
        _place = _place == Place.ListItem ? Place.AfterItem : Place.End;
        return Add(call);
    }
}
