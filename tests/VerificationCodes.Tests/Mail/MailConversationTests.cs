using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

using TestServers;
using TestServers.Smtp;

using VerificationCodes.Delivery;
using VerificationCodes.Mail;
using VerificationCodes.Outbox;
using VerificationCodes.Tests.Bench;

namespace VerificationCodes.Tests.Mail;

/// <summary>What becomes of a mail and of its connection, whatever the server says at any point, or does not say.</summary>
public sealed class MailConversationTests(SharedRedis redis)
{
    [Fact]
    public async Task A_batch_goes_over_one_connection_which_is_closed_when_nothing_comes_any_more()
    {
        await using var server = new ScriptedSmtpServer();
        await using var transport = Plain(server);

        var results = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => transport.SendAsync($"user{i}@example.com")));

        Assert.All(results, result => Assert.Equal(DeliveryResult.Delivered, result));
        Assert.Equal((1, 20, 0), (server.Count("CONNECT"), server.Count("TEXT"), server.Count("QUIT")));
        transport.Time.Advance(TimeSpan.FromSeconds(10));
        await Eventually.TrueAsync(() => server.Count("QUIT") == 1);
        Assert.Equal(DeliveryResult.Delivered, await transport.SendAsync());
        Assert.Equal(2, server.Count("CONNECT"));
    }

    [Fact]
    public async Task Another_connection_is_opened_where_none_becomes_free_and_never_more_than_allowed()
    {
        await using var server = new ScriptedSmtpServer(word => word == "TEXT" ? null : ScriptedSmtpServer.UsualAnswer(word));
        await using var transport = Plain(server, smtp => smtp.Connections = 3);
        using var end = new CancellationTokenSource();

        var sending = Enumerable.Range(0, 5).Select(i => transport.SendAsync($"user{i}@example.com", cancellationToken: end.Token)).ToArray();

        await Eventually.TrueAsync(() => server.Count("TEXT") == 1);
        Assert.Equal(1, server.Count("CONNECT"));
        transport.Time.Advance(TimeSpan.FromMilliseconds(500));
        await Eventually.TrueAsync(() => server.Count("TEXT") == 3);
        transport.Time.Advance(TimeSpan.FromMilliseconds(500));
        Assert.Equal(3, server.Count("CONNECT"));
        await end.CancelAsync();
        foreach (var one in sending)
        {
            await Record.ExceptionAsync(() => one);
        }
    }

    [Theory]
    [InlineData(ScriptedSmtpServer.HangUp)]
    [InlineData("421 closing")]
    public async Task A_connection_that_the_server_has_closed_meanwhile_costs_no_mail(string lastWord)
    {
        var isClosing = false;
        await using var server = new ScriptedSmtpServer(word => word == "NOOP" && isClosing ? lastWord : ScriptedSmtpServer.UsualAnswer(word));
        await using var transport = Plain(server, smtp => smtp.Connections = 1);
        Assert.Equal(DeliveryResult.Delivered, await transport.SendAsync());

        isClosing = true;

        Assert.Equal(DeliveryResult.Delivered, await transport.SendAsync());
        Assert.Equal(2, server.Count("CONNECT"));
    }

    [Fact]
    public async Task A_mail_whose_time_ends_while_it_looks_for_a_connection_leaves_its_place_to_the_next()
    {
        var isSilent = false;
        await using var server = new ScriptedSmtpServer(word => word == "NOOP" && isSilent ? null : ScriptedSmtpServer.UsualAnswer(word));
        await using var transport = Plain(server, smtp => smtp.Connections = 1);
        Assert.Equal(DeliveryResult.Delivered, await transport.SendAsync());
        isSilent = true;
        using var end = new CancellationTokenSource();
        var sending = transport.SendAsync(cancellationToken: end.Token);
        await Eventually.TrueAsync(() => server.Count("NOOP") == 1);

        await end.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
        Assert.Equal(DeliveryResult.Delivered, await transport.SendAsync());
    }

    [Theory]
    [InlineData("CONNECT", DeliveryStatus.TryAgain, "no answer within 20 s while connecting")]
    [InlineData("EHLO", DeliveryStatus.TryAgain, "no answer within 20 s while connecting")]
    [InlineData("AUTH", DeliveryStatus.TryAgain, "no answer within 20 s while signing in")]
    [InlineData("MAIL", DeliveryStatus.TryAgain, "no answer within 20 s while handing over")]
    [InlineData("RCPT", DeliveryStatus.TryAgain, "no answer within 20 s while handing over")]
    [InlineData("DATA", DeliveryStatus.TryAgain, "no answer within 20 s while handing over")]
    [InlineData("TEXT", DeliveryStatus.Unknown, "no answer within 20 s while handing over; the mail may have been taken")]
    public async Task A_server_that_falls_silent_at_any_step_is_left_when_the_time_of_the_step_is_over(string step, DeliveryStatus status, string reason)
    {
        var isSilent = true;
        await using var server = new ScriptedSmtpServer(word => word == step && isSilent ? null : ScriptedSmtpServer.UsualAnswer(word));
        await using var transport = Plain(server, smtp => (smtp.User, smtp.Password) = ("site", "secret"));

        var sending = transport.SendAsync();
        await Eventually.TrueAsync(() => server.Heard.Contains(step));
        transport.Time.Advance(TimeSpan.FromSeconds(19));
        Assert.False(sending.IsCompleted);
        transport.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(new DeliveryResult(status, reason), await sending);
        isSilent = false;
        Assert.Equal(DeliveryResult.Delivered, await transport.SendAsync());
    }

    [Theory]
    [InlineData("CONNECT", "554 no service", DeliveryStatus.TryAgain, "SMTP 554")]
    [InlineData("AUTH", "535 wrong", DeliveryStatus.TryAgain, "no delivery: AuthenticationException while signing in")]
    [InlineData("MAIL", "550 not you", DeliveryStatus.TryAgain, "SMTP 550")]
    [InlineData("RCPT", "451 later", DeliveryStatus.TryAgain, "SMTP 451")]
    [InlineData("RCPT", "550 nobody", DeliveryStatus.Rejected, "SMTP 550")]
    [InlineData("TEXT", "451 later", DeliveryStatus.TryAgain, "SMTP 451")]
    [InlineData("TEXT", "554 spam", DeliveryStatus.Rejected, "SMTP 554")]
    [InlineData("DATA", "", DeliveryStatus.TryAgain, "no delivery: SmtpProtocolException while handing over")]
    [InlineData("TEXT", "", DeliveryStatus.Unknown, "no delivery: SmtpProtocolException while handing over; the mail may have been taken")]
    public async Task What_a_server_says_of_this_mail_is_final_and_all_else_is_tried_again(string step, string answer, DeliveryStatus status, string reason)
    {
        var isBad = true;
        await using var server = new ScriptedSmtpServer(word => word == step && isBad ? answer : ScriptedSmtpServer.UsualAnswer(word));
        await using var transport = Plain(server, smtp => (smtp.User, smtp.Password) = ("site", "secret"));

        Assert.Equal(new DeliveryResult(status, reason), await transport.SendAsync());

        isBad = false;
        Assert.Equal(DeliveryResult.Delivered, await transport.SendAsync());
        // A refusal is no reason to leave the connection.
        Assert.Equal(step is "RCPT" or "MAIL" || (step == "TEXT" && answer.Length > 0) ? 1 : 2, server.Count("CONNECT"));
    }

    [Fact]
    public async Task A_text_that_gets_no_answer_is_sent_once_more_and_then_becomes_a_dead_letter()
    {
        await using var server = new ScriptedSmtpServer(word => word == "TEXT" ? ScriptedSmtpServer.HangUp : ScriptedSmtpServer.UsualAnswer(word));
        await using var bench = await CodeBench.StartAsync(
            redis.Server,
            services: services =>
            {
                services.RemoveAll<IMailTransport>();
                services.AddVerificationMail(o => (o.Host, o.Port, o.From, o.StartTls) = ("localhost", server.Port, "codes@example.org", false));
            });
        var outbox = bench.Service<IOutboxMonitor>();
        await bench.Codes.IssueAsync(CodeBench.Ask());
        await Eventually.TrueAsync(async () => (await outbox.CountAsync()).Delayed == 1);

        await bench.AdvanceAsync(TimeSpan.FromSeconds(3));

        await Eventually.TrueAsync(async () => await outbox.CountAsync() == new OutboxCounts(0, 0, 1));
        Assert.Equal(2, server.Count("TEXT"));
        var letter = (await outbox.ListDeadLettersAsync())[0];
        Assert.Equal(("no delivery: SmtpProtocolException while handing over; the mail may have been taken", 2), (letter.Reason, letter.Attempts));
    }

    [Fact]
    public async Task A_transport_whose_time_is_over_has_a_moment_to_say_that_the_mail_may_have_been_taken()
    {
        await using var bench = await CodeBench.StartAsync(redis.Server, o => o.RunOutbox = false);
        await bench.Codes.IssueAsync(CodeBench.Ask());
        var message = Assert.Single(await bench.Service<MessageQueue>().TakeAsync(1, CancellationToken.None)).Message;
        var time = new HandDrivenTime();
        var delivery = ActivatorUtilities.CreateInstance<MessageDelivery>(bench.Service<IServiceProvider>(), time);
        var late = new TaskCompletionSource<DeliveryResult>();
        var never = new TaskCompletionSource<DeliveryResult>();
        bench.Transport.Answer = n => n == 0 ? late.Task : never.Task;

        var sending = delivery.SendAsync(message, TimeSpan.FromMinutes(9));
        time.Advance(TimeSpan.FromSeconds(30));
        late.SetResult(new DeliveryResult(DeliveryStatus.Unknown, "it may have been taken"));
        var silent = delivery.SendAsync(message, TimeSpan.FromMinutes(9));
        time.Advance(TimeSpan.FromSeconds(31));

        Assert.Equal(new DeliveryResult(DeliveryStatus.Unknown, "it may have been taken"), await sending);
        Assert.Equal(new DeliveryResult(DeliveryStatus.TryAgain, "no answer within 30 s"), await silent);
    }

    private static Transport Plain(ScriptedSmtpServer server, Action<SmtpOptions>? configure = null) => new(server.Port, smtp =>
    {
        smtp.StartTls = false;
        configure?.Invoke(smtp);
    });
}
