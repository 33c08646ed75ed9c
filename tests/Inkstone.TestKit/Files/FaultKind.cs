namespace Inkstone.TestKit;

/// <summary>How an operation of <see cref="RecordingFiles"/> is made to fail.</summary>
public enum FaultKind
{
    /// <summary>No space is left: what needs space fails; deleting, renaming and flushing still work.</summary>
    NoSpace,

    /// <summary>The device is broken: everything fails.</summary>
    InputOutput,

    /// <summary>Half of the bytes are written, then no space is left.</summary>
    ShortWrite,
}
