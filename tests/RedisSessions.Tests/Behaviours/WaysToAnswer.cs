using System.Net;

using Microsoft.AspNetCore.Http;

namespace RedisSessions.Tests.Behaviours;

/// <summary>Every way a handler may send its answer, with the session changed before.</summary>
internal static class WaysToAnswer
{
    public static readonly string[] All =
    [
        "string", "status-204", "redirect", "stream", "sync-stream", "flushed-writer", "unflushed-writer", "start-async",
        "complete-async", "send-file", "json", "nothing", "stream-and-writer", "stream-flush", "sync-stream-flush", "writer-flush",
    ];

    public static HttpStatusCode StatusOf(string way) => way switch
    {
        "status-204" => HttpStatusCode.NoContent,
        "redirect" => HttpStatusCode.Redirect,
        _ => HttpStatusCode.OK,
    };

    public static string BodyOf(string way) => way switch
    {
        "status-204" or "redirect" or "nothing" or "stream-flush" or "sync-stream-flush" or "writer-flush" => "",
        "json" => "{\"body\":\"body\"}",
        "stream-and-writer" => "body-and-body",
        _ => "body",
    };

    public static async Task AnswerAsync(HttpContext context, string way)
    {
        var response = context.Response;
        response.Headers["X-Handler"] = "was here";
        context.Session.SetString("a", "after");
        var body = "body"u8.ToArray();
        switch (way)
        {
            case "string": await response.WriteAsync("body"); break;
            case "status-204": response.StatusCode = 204; break;
            case "redirect": response.Redirect("/elsewhere"); break;
            case "stream": await response.Body.WriteAsync(body); break;
            case "sync-stream": response.Body.Write(body); break;
            case "flushed-writer":
                body.CopyTo(response.BodyWriter.GetMemory(4));
                response.BodyWriter.Advance(4);
                await response.BodyWriter.FlushAsync();
                break;
            case "unflushed-writer":
                body.CopyTo(response.BodyWriter.GetSpan(4));
                response.BodyWriter.Advance(4);
                break;
            case "start-async":
                await response.StartAsync();
                await response.Body.WriteAsync(body);
                break;
            case "complete-async":
                await response.WriteAsync("body");
                await response.CompleteAsync();
                break;
            case "send-file":
                var file = Path.GetTempFileName();
                await File.WriteAllTextAsync(file, "body");
                await response.SendFileAsync(file);
                File.Delete(file);
                break;
            case "stream-flush": await response.Body.FlushAsync(); break;
            case "sync-stream-flush": response.Body.Flush(); break;
            case "writer-flush": await response.BodyWriter.FlushAsync(); break;
            case "json": await response.WriteAsJsonAsync(new { body = "body" }); break;
            case "stream-and-writer":
                body.CopyTo(response.BodyWriter.GetSpan(4));
                response.BodyWriter.Advance(4);
                await response.Body.WriteAsync("-and-"u8.ToArray());
                body.CopyTo(response.BodyWriter.GetSpan(4));
                response.BodyWriter.Advance(4);
                break;
        }
    }
}
