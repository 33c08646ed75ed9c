using System.Globalization;
using Inkstone.Foundation.Errors;

namespace Inkstone.Inference;

/// <summary>
/// Keeps a text to a grammar: of the tokens only those may come next after which the text can still be completed. States and masks once worked out are
/// shared by all constraints of the same grammar and vocabulary. A constraint serves one text; different ones may be used by different threads.
/// <para>
/// If the vocabulary cannot spell what the grammar asks for (a byte that no token has), no bit may be set though the text may not end.
/// </para>
/// </summary>
public sealed class GrammarConstraint : ITokenConstraint
{
    private readonly TokenMasks _masks;
    private MatcherState _state;
    private long _work;

    private GrammarConstraint(TokenMasks masks, MatcherState state) => (_masks, _state) = (masks, state);

    /// <inheritdoc/>
    public bool MayEnd => _state.MayEnd;

    /// <summary>A constraint for a text that has not begun.</summary>
    public static GrammarConstraint Create(Grammar grammar, TokenVocabulary vocabulary)
    {
        ArgumentNullException.ThrowIfNull(grammar);
        ArgumentNullException.ThrowIfNull(vocabulary);
        var masks = grammar.MasksOf(vocabulary);
        lock (masks)
        {
            masks.Machine.Work.Allow(masks.Limits.StepWork);
            return new(masks, masks.Machine.Initial);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="InkstoneRequestException">The grammar is more work than its limits allow.</exception>
    public void Allow(Span<ulong> mask)
    {
        ulong[] bits;
        lock (_masks)
        {
            if (_state.Mask is { } known)
                bits = known;
            else
            {
                var before = Begin();
                bits = _masks.Of(_state);
                _work += _masks.Machine.Work.Count - before;
            }
        }
        var words = Math.Min(mask.Length, bits.Length);
        bits.AsSpan(0, words).CopyTo(mask);
        mask[words..].Clear();
    }

    /// <inheritdoc/>
    /// <exception cref="InkstoneRequestException">The token may not come here, or the grammar is more work than its limits allow.</exception>
    public void Accept(int token)
    {
        var bytes = (uint)token < (uint)_masks.Vocabulary.Count ? _masks.Vocabulary.Bytes(token) : [];
        if (bytes.IsEmpty)
            throw Refuse(token);
        lock (_masks)
        {
            var before = Begin();
            var state = _state;
            foreach (var value in bytes)
                state = _masks.Machine.Step(state, value);
            _work += _masks.Machine.Work.Count - before;
            _state = state.IsDead ? throw Refuse(token) : state;
        }
    }

    /// <inheritdoc/>
    public ITokenConstraint Fork() => new GrammarConstraint(_masks, _state) { _work = _work };

    private long Begin()
    {
        var machine = _masks.Machine;
        machine.Work.Allow(Math.Min(_masks.Limits.StepWork, _masks.Limits.TextWork - _work));
        var before = machine.Work.Count;
        _state = machine.Renew(_state);
        return before;
    }

    private InkstoneRequestException Refuse(int token) => new("a token does not fit the grammar here", nameof(Accept),
        "a token whose bit Allow has set", string.Create(CultureInfo.InvariantCulture, $"{token}"));
}
