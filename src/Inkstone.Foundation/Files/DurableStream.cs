namespace Inkstone.Foundation.Files;

/// <summary>
/// A file being written. Small writes are gathered in a buffer; large ones pass straight through. Disposing hands the rest
/// to the operating system but promises nothing: only <see cref="FlushToDisk"/> makes the content survive a power cut.
/// </summary>
/// <param name="bufferSize">How many bytes are gathered before they are handed on.</param>
public abstract class DurableStream(int bufferSize = 1 << 16) : Stream
{
    private readonly byte[] _buffer = new byte[bufferSize];
    private int _used;
    private long _length;
    private bool _ended; // disposed, or a write failed: nothing more is handed on

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => !_ended;

    /// <summary>How many bytes were written through this stream.</summary>
    public override long Length => _length;

    /// <summary>How many bytes were written through this stream; it cannot be set.</summary>
    public override long Position
    {
        get => _length;
        set => throw new NotSupportedException("a durable file is written front to back");
    }

    /// <summary>Hands the buffer on and waits until the disk holds all of the file.</summary>
    public void FlushToDisk()
    {
        Flush();
        SyncCore();
    }

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> bytes)
    {
        ObjectDisposedException.ThrowIf(_ended, this);
        _length += bytes.Length;
        if (bytes.Length <= _buffer.Length - _used)
        {
            bytes.CopyTo(_buffer.AsSpan(_used));
            _used += bytes.Length;
            return;
        }
        Flush();
        if (bytes.Length < _buffer.Length)
        {
            bytes.CopyTo(_buffer);
            _used = bytes.Length;
        }
        else
        {
            HandOn(bytes);
        }
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void WriteByte(byte value) => Write([value]);

    /// <summary>Hands the buffer to the operating system; this does not make it durable.</summary>
    public override void Flush()
    {
        ObjectDisposedException.ThrowIf(_ended, this);
        var used = _used;
        _used = 0;
        if (used > 0)
            HandOn(_buffer.AsSpan(0, used));
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("a durable file is only written");

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("a durable file is written front to back");

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException("a durable file is written front to back");

    /// <summary>Writes to the file.</summary>
    protected abstract void WriteCore(ReadOnlySpan<byte> bytes);

    /// <summary>Waits until the disk holds the file.</summary>
    protected abstract void SyncCore();

    /// <summary>Closes the file; must not throw for a file whose writing failed.</summary>
    protected abstract void CloseCore();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            try
            {
                if (!_ended)
                    Flush();
            }
            finally
            {
                _ended = true;
                CloseCore();
            }
        }
        base.Dispose(disposing);
    }

    private void HandOn(ReadOnlySpan<byte> bytes)
    {
        _ended = true; // stays so when the write throws: the file's content is then unknown
        WriteCore(bytes);
        _ended = false;
    }
}
