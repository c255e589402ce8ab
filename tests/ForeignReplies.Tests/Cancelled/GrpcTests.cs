using ForeignReplies.Tests.Codes;
using ForeignReplies.Tests.Results;

using TestServers;

namespace ForeignReplies.Tests.Cancelled;

/// <summary>Two instances of the gRPC service, and clients with short deadlines.</summary>
public sealed class GrpcTests
{
    private const int Clients = 32;
    private static readonly int Calls = Seed.IsLongRun ? 30_000 : 1_500;

    [Fact]
    public async Task Short_deadlines_never_make_an_answer_of_the_grpc_service_belong_to_another_address()
    {
        await using var server = await RedisServer.StartAsync();
        var mailbox = new Mailbox();
        await using var one = await VerifyApp.StartAsync(server.ConnectionString, mailbox);
        await using var other = await VerifyApp.StartAsync(server.ConnectionString, mailbox);
        using var http = new HttpClient(new SocketsHttpHandler { UseCookies = false });
        var run = new CancelledRun();
        var owners = Enumerable.Range(0, Clients)
            .Select(number => new CodeOwner($"g{number}", new GrpcCodes(http, [one.Address, other.Address], Seed.Of(1000 + number)), mailbox, run.Tally)).ToArray();

        await run.CallAsync(Clients, Calls, (caller, random) => owners[caller].NextAsync(random));
        await Eventually.TrueWithinAsync(TimeSpan.FromSeconds(60), async () =>
        {
            var open = 0;
            foreach (var owner in owners)
            {
                open += await owner.HasFinishedAsync() ? 0 : 1;
            }

            return open == 0;
        });

        run.Check(Calls);
    }
}
