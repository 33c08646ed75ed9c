namespace Inkstone.Inference;

/// <summary>A constraint of what comes after the section of reasoning that the prompt has opened; the section itself is free, and must be closed.</summary>
/// <param name="close">The token that closes the section.</param>
/// <param name="inner">The constraint of the rest.</param>
/// <param name="isOpen">Whether the section is still open.</param>
internal sealed class ReasoningConstraint(int close, ITokenConstraint inner, bool isOpen = true) : ITokenConstraint
{
    private bool _isOpen = isOpen;

    public bool MayEnd => !_isOpen && inner.MayEnd;

    public void Allow(Span<ulong> mask)
    {
        if (_isOpen)
            mask.Fill(ulong.MaxValue);
        else
            inner.Allow(mask);
    }

    public void Accept(int token)
    {
        if (!_isOpen)
            inner.Accept(token);
        else if (token == close)
            _isOpen = false;
    }

    public ITokenConstraint Fork() => new ReasoningConstraint(close, inner.Fork(), _isOpen);
}
