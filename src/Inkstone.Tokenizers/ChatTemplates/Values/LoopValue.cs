namespace Inkstone.Tokenizers;

/// <summary>The variable <c>loop</c>. It looks ahead only when it is asked about what follows.</summary>
internal sealed class LoopValue : TemplateValue
{
    private readonly TextOrigin _origin;
    private readonly int _depth;
    private readonly Func<TemplateValue, TextValue>? _recurse;
    private IEnumerator<TemplateValue> _items;
    private int? _length;
    private int _index = -1;
    private TemplateValue? _previous, _next;
    private TupleValue? _lastChanged;

    /// <summary>Before the first item.</summary>
    /// <param name="items">What is walked.</param>
    /// <param name="length">How many items, where that is known without walking.</param>
    /// <param name="origin">Where the items came from.</param>
    /// <param name="depth">How deep in a recursive loop, from 0.</param>
    /// <param name="recurse">What calling the loop does, or null where it is not recursive.</param>
    public LoopValue(IEnumerable<TemplateValue> items, int? length, TextOrigin origin, int depth, Func<TemplateValue, TextValue>? recurse)
    {
        (_items, _length, _origin, _depth, _recurse) = (items.GetEnumerator(), length, origin, depth, recurse);
        Current = NoneValue.Instance;
    }

    /// <summary>The item the loop is at.</summary>
    public TemplateValue Current { get; private set; }

    /// <summary>Whether there was no item at all.</summary>
    public bool IsEmpty => _index < 0;

    public override string TypeName => "LoopContext";

    public override string Description => "jinja2.runtime.LoopContext object";

    public override TextOrigin Origin => _origin;

    /// <summary>Goes to the next item.</summary>
    public bool MoveNext()
    {
        if (Peek() is not { } next)
            return false;
        _previous = _index < 0 ? null : Current;
        (Current, _next) = (next, null);
        _index++;
        return true;
    }

    public override int? Length(RenderState state)
    {
        if (_length is null)
        {
            var rest = new List<TemplateValue>();
            while (_items.MoveNext())
            {
                state.Spend(2);
                rest.Add(_items.Current);
            }
            _items = ((IEnumerable<TemplateValue>)rest).GetEnumerator();
            _length = rest.Count + _index + 1 + (_next is null ? 0 : 1);
        }
        return _length;
    }

    public override TemplateValue? Attribute(string name, RenderState state) => name switch
    {
        "index" => Number(_index + 1),
        "index0" => Number(_index),
        "first" => BooleanValue.Of(_index == 0, _origin),
        "last" => BooleanValue.Of(Peek() is null, _origin),
        "length" => Number(Length(state)!.Value),
        "revindex" => Number(Length(state)!.Value - _index),
        "revindex0" => Number(Length(state)!.Value - _index - 1),
        "depth" => Number(_depth + 1),
        "depth0" => Number(_depth),
        "previtem" => _previous ?? new UndefinedValue("there is no previous item"),
        "nextitem" => Peek() ?? new UndefinedValue("there is no next item"),
        "cycle" => new FunctionValue(name, (arguments, _) => arguments.Positional.Length > 0
            ? arguments.Positional[_index % arguments.Positional.Length] : throw state.Error("no items for cycling given")),
        "changed" => new FunctionValue(name, Changed),
        _ => null,
    };

    public override TemplateValue Call(Arguments arguments, RenderState state) => _recurse is not null
        ? _recurse(arguments.Bind(state, "loop", 1, "iterable")[0]!)
        : throw state.Error("The loop must have the 'recursive' marker to be called recursively.");

    private BooleanValue Changed(Arguments arguments, RenderState state)
    {
        var now = new TupleValue(arguments.Positional);
        var changed = _lastChanged is null || !Comparison.AreEqual(_lastChanged, now, state);
        _lastChanged = now;
        return BooleanValue.Of(changed, _origin);
    }

    private TemplateValue? Peek() => _next ??= _items.MoveNext() ? _items.Current : null;

    private IntegerValue Number(int value) => new(value, _origin);
}
