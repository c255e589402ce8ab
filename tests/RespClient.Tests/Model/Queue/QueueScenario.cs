using System.Runtime.CompilerServices;

using RespClient.Diagnostics;
using RespClient.Protocol;
using RespClient.Queue;
using RespClient.Tests.Model.Stepping;
using RespClient.Transactions;
using RespClient.Wire;

namespace RespClient.Tests.Model.Queue;

/// <summary>
/// Callers of one pipeline with its connection, the reader loop of that, and the thread pool. Its queue has segments of two
/// places. Whatever happens, each caller is told its own reply or the truth about why there is none, nothing is left
/// behind, and nobody is sent twice.
/// </summary>
internal abstract class QueueScenario : Scenario
{
    private const int SegmentLength = 2;

    private static readonly ClientMetrics Metrics = new();

    protected static readonly Outcome[] AnsweredOrCancelled = [Outcome.Answered, Outcome.Cancelled];

    private readonly List<Call> _calls = [];
    private readonly List<ModelServer> _servers = [];
    private readonly int _connections;

    /// <param name="connections">How many there are, one after the other.</param>
    /// <param name="maxUnsentBytes">How long commands may be together that wait to be sent.</param>
    protected QueueScenario(int connections = 1, int maxUnsentBytes = 10_000)
    {
        _connections = connections;
        Prepare();
        var limits = new PipelineLimits(TimeSpan.FromSeconds(5), 100, maxUnsentBytes, TimeSpan.FromHours(1), null, SendsReadsAgain: true);
        Pipeline = new CommandPipeline(limits, Time, Metrics);
        QueueOf(Pipeline) = new CommandQueue(limits, new CommandFifo(SegmentLength));
    }

    protected CommandPipeline Pipeline { get; }

    protected ModelTime Time { get; } = new();

    /// <summary>The present connection.</summary>
    protected RespConnection Connection { get; private set; } = null!;

    public override void Build(Action<ModelThread> add)
    {
        add(Service("reader", Serve));
        add(Service("pool", Steps.Execution!.Pool.Serve));
    }

    public override string? Verify()
    {
        foreach (var call in _calls)
        {
            if (!call.Expected.Contains(call.Outcome))
            {
                return $"{call.Value} ended as: {call.Outcome} {call.Detail}";
            }

            var sent = _servers.Sum(server => server.Received.Count(word => word == call.Value));
            if (sent > _connections || (call.Outcome == Outcome.NotSent && sent > 0))
            {
                return $"{call.Value} was sent {sent} times and ended as: {call.Outcome}";
            }
        }

        var (unsent, inFlight) = Pipeline.Look();
        return unsent + inFlight > 0 ? $"Left behind: {unsent} unsent, {inFlight} in flight."
            : Pipeline.NextToAnswer() is { } left ? $"{left.Name} still has a place."
            : null;
    }

    /// <summary>Commands to use again are those of this scenario.</summary>
    protected sealed override void Prepare()
    {
        while (CommandPool<PendingReply>.Rent() is not null || CommandPool<PendingBytes>.Rent() is not null)
        {
            // They belong to an execution that is over.
        }
    }

    /// <summary>Asks, and notes how that ends.</summary>
    protected async Task AskAsync(string value, Outcome[]? expected = null, string name = "ECHO", CancellationToken token = default)
    {
        var call = Note(value, expected);
        var pending = PendingReply.Rent(new RedisCommand(name, value));
        var task = pending.Task;
        Pipeline.Enqueue(pending, name, [value]);
        pending.CancelWith(token);
        await EndAsync(call, async () => (await task).AsString());
    }

    /// <summary>As <see cref="AskAsync"/>, for the reply to come into a buffer.</summary>
    protected async Task AskIntoAsync(byte[] buffer, string value, Outcome[] expected, CancellationToken token)
    {
        var call = Note(value, expected);
        var pending = PendingBytes.Rent(buffer, null);
        var task = pending.Task;
        Pipeline.Enqueue(pending, "ECHO", [value]);
        pending.CancelWith(token);
        await EndAsync(call, async () => System.Text.Encoding.UTF8.GetString(buffer.AsSpan(0, await task)));
    }

    /// <summary>As <see cref="AskAsync"/>, in a transaction.</summary>
    protected async Task AskInTransactionAsync(string value, Outcome[] expected, CancellationToken token)
    {
        var call = Note(value, expected);
        RedisCommand[] commands = [new("MULTI"), new("ECHO", value), new("EXEC")];
        var pending = new PendingTransaction(commands);
        var task = pending.Task;
        Pipeline.TryEnqueue(pending, commands);
        pending.CancelWith(token);
        await EndAsync(call, async () => (await task).Replies.Single().AsString());
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_queue")]
    private static extern ref CommandQueue QueueOf(CommandPipeline pipeline);

    private static async Task EndAsync(Call call, Func<Task<string?>> ask)
    {
        try
        {
            var reply = await ask();
            (call.Outcome, call.Detail) = reply == call.Value ? (Outcome.Answered, "") : (Outcome.Foreign, reply ?? "null");
        }
#pragma warning disable CA1031 // The scenario says which of them are right.
        catch (Exception e)
#pragma warning restore CA1031
        {
            call.Detail = e.Message;
            call.Outcome = e switch
            {
                OperationCanceledException => Outcome.Cancelled,
                RedisTimeoutException => Outcome.TimedOut,
                RedisConnectionException { Outcome: CommandOutcome.OutcomeUnknown } => Outcome.Lost,
                RedisConnectionException or ObjectDisposedException => Outcome.NotSent,
                _ => Outcome.Foreign,
            };
        }
    }

    private Call Note(string value, Outcome[]? expected)
    {
        var call = new Call(value, expected ?? [Outcome.Answered]);
        _calls.Add(call);
        return call;
    }

    /// <summary>As the supervisor does: one connection after the other.</summary>
    private void Serve()
    {
        for (var epoch = 1; epoch <= _connections; epoch++)
        {
            var server = new ModelServer();
            _servers.Add(server);
            Connection = new RespConnection(server, "model", WaitsOn.Pool, RespLimits.Default, Time) { Epoch = epoch };
            var served = Connection.ServeAsync(Pipeline);
            if (!served.IsCompleted)
            {
                // The execution is over.
                return;
            }

            Pipeline.Detach(Connection, served.GetAwaiter().GetResult(), "it was lost");
        }
    }

    /// <summary>How a call may end.</summary>
    protected enum Outcome
    {
        /// <summary>Not at all.</summary>
        Pending,

        /// <summary>With its own reply.</summary>
        Answered,

        /// <summary>As its caller wanted.</summary>
        Cancelled,

        /// <summary>Its time was over.</summary>
        TimedOut,

        /// <summary>Nobody knows whether it has run.</summary>
        Lost,

        /// <summary>It has not run.</summary>
        NotSent,

        /// <summary>With somebody else's reply, or an error that is none of these.</summary>
        Foreign,
    }

    private sealed class Call(string value, Outcome[] expected)
    {
        public string Value => value;

        public Outcome[] Expected => expected;

        public Outcome Outcome { get; set; }

        public string Detail { get; set; } = "";
    }
}
