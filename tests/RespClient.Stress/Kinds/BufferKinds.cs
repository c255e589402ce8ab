using RespClient.Stress.Callers;
using RespClient.Stress.Owned;

namespace RespClient.Stress.Kinds;

/// <summary>Reads into the caller's buffer, which must not be touched after the wait has ended.</summary>
internal sealed class BufferKind() : CallKind("GET into a buffer", "GET", "ECHO")
{
    public override async ValueTask CallAsync(Call call)
    {
        var buffer = call.Own.TakeBuffer();
        var length = 0;
        var isEcho = call.Random.Next(2) == 0;
        var (key, value) = isEcho ? (call.Mark, call.Mark) : call.World.Fixtures.PickString(call.Random);
        try
        {
            var reading = isEcho
                ? call.Client.ExecuteIntoAsync(buffer.Memory, "ECHO", [key], call.Token)
                : call.Client.GetAsync(key, buffer.Memory, call.Token);
            call.Started();
            length = await reading;
        }
        catch
        {
            call.Own.Abandon(buffer);
            throw;
        }

        Call.Expect(value, length < 0 ? ReplyText.Null : buffer.Text(length));
        call.Own.Abandon(buffer);
    }
}

/// <summary>Reads to the end of the caller's writer, which must not be touched after the wait has ended.</summary>
internal sealed class WriterKind() : CallKind("GET into a writer", "GET", "ECHO")
{
    public override async ValueTask CallAsync(Call call)
    {
        var writer = new GuardedWriter(touched => call.World.Fail(Name, "a writer that is not touched after its wait has ended", touched));
        var isEcho = call.Random.Next(2) == 0;
        var (key, value) = isEcho ? (call.Mark, call.Mark) : call.World.Fixtures.PickString(call.Random);
        int length;
        try
        {
            var reading = isEcho
                ? call.Client.ExecuteIntoAsync(writer, "ECHO", [key], call.Token)
                : call.Client.GetAsync(key, writer, call.Token);
            call.Started();
            length = await reading;
        }
        finally
        {
            writer.Close();
        }

        Call.Expect(value, length < 0 ? ReplyText.Null : ReplyText.Of(writer.Written));
    }
}
