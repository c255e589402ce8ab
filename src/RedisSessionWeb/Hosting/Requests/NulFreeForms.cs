namespace RedisSessionWeb.Hosting.Requests;

/// <summary>
/// A form with a NUL in it (<c>%00</c>) cannot be read at all by the framework, and people would get an error page. Here another
/// control character replaces it: every reader of text refuses both, with a message beside the input.
/// </summary>
internal static class NulFreeForms
{
    private const string Form = "application/x-www-form-urlencoded";

    public static IApplicationBuilder UseNulFreeForms(this IApplicationBuilder app) => app.Use(static (context, next) =>
    {
        if (context.Request.ContentType?.StartsWith(Form, StringComparison.OrdinalIgnoreCase) == true)
        {
            context.Request.Body = new Body(context.Request.Body);
        }

        return next(context);
    });

    /// <summary>Turns <c>%00</c> into <c>%0E</c> (SHIFT OUT), wherever a read ends between its characters.</summary>
    private sealed class Body(Stream inner) : Stream
    {
        // How much of "%00" was read last: 0, 1 or 2 characters.
        private int _seen;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var count = await inner.ReadAsync(buffer, cancellationToken);
            Replace(buffer.Span[..count]);
            return count;
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count)
        {
            var read = inner.Read(buffer, offset, count);
            Replace(buffer.AsSpan(offset, read));
            return read;
        }

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        private void Replace(Span<byte> bytes)
        {
            foreach (ref var value in bytes)
            {
                if (value == '0' && _seen == 2)
                {
                    value = (byte)'E';
                }

                _seen = value switch
                {
                    (byte)'%' => 1,
                    (byte)'0' when _seen == 1 => 2,
                    _ => 0,
                };
            }
        }
    }
}
