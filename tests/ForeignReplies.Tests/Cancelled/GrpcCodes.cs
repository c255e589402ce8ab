using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;

using ForeignReplies.Tests.Results;

using Google.Protobuf;

using VerificationCodes;
using VerificationCodes.Addresses;
using VerificationCodes.Grpc.Messages;

namespace ForeignReplies.Tests.Cancelled;

/// <summary>The gRPC service as a client uses it that sets short deadlines and goes away: what it gives up is "not now".</summary>
internal sealed class GrpcCodes(HttpClient http, Uri[] apps, Random random) : IVerificationService
{
    private const int PrefixLength = 5;
    private const double ShareOfShortDeadlines = 0.3;
    private const double ShareOfGoneClients = 0.2;
    private const int ShortestMicroseconds = 100;
    private const int LongestMicroseconds = 8000;

    public async ValueTask<IssueOutcome> IssueAsync(IssueRequest request, CancellationToken cancellationToken = default)
    {
        var reply = await CallAsync(
            "IssueCode",
            new IssueReq { Address = request.Address.Value, Purpose = "register", Challenge = request.Challenge, WithoutCaptcha = true },
            IssueRsp.Parser);
        return reply.Status.Length == 0
            ? throw new VerificationUnavailableException("Redis is away.")
            : new IssueOutcome { Status = Enum.Parse<IssueStatus>(reply.Status), Reference = reply.Reference };
    }

    public async ValueTask<ConfirmOutcome> ConfirmAsync(ConfirmRequest request, CancellationToken cancellationToken = default)
    {
        var reply = await CallAsync(
            "CheckVarifyCode",
            new CheckVarifyReq { Email = request.Address.Value, Purpose = "register", Challenge = request.Challenge, Code = request.Code },
            CheckVarifyRsp.Parser);
        return reply.Status.Length == 0
            ? throw new VerificationUnavailableException("Redis is away.")
            : new ConfirmOutcome { Status = Enum.Parse<ConfirmStatus>(reply.Status), TriesLeft = reply.TriesLeft };
    }

    public ValueTask CancelAsync(ContactAddress address, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    private async Task<T> CallAsync<T>(string method, IMessage message, MessageParser<T> parser)
        where T : class, IMessage<T>
    {
        T? reply = null;
        try
        {
            await new Impatience(random, ShareOfGoneClients).CallAsync(async token => reply = await SendAsync(method, message, parser, token));
        }
        catch (Exception e) when (e is OperationCanceledException or HttpRequestException or IOException)
        {
            throw new VerificationUnavailableException("Given up.", e);
        }

        return reply!;
    }

    private async Task<T> SendAsync<T>(string method, IMessage message, MessageParser<T> parser, CancellationToken cancellationToken)
        where T : class, IMessage<T>
    {
        var frame = new byte[PrefixLength + message.CalculateSize()];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), frame.Length - PrefixLength);
        message.WriteTo(frame.AsSpan(PrefixLength));
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(apps[random.Next(apps.Length)], $"/message.VarifyService/{method}"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(frame),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        if (random.NextDouble() < ShareOfShortDeadlines)
        {
            request.Headers.Add("grpc-timeout", string.Create(CultureInfo.InvariantCulture, $"{random.Next(ShortestMicroseconds, LongestMicroseconds)}u"));
        }

        using var response = await http.SendAsync(request, cancellationToken);
        var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        var status = response.TrailingHeaders.TryGetValues("grpc-status", out var trailers) ? trailers.First() : response.Headers.GetValues("grpc-status").First();
        return status switch
        {
            "0" => parser.ParseFrom(body.AsSpan(PrefixLength)),
            "4" or "1" => throw new OperationCanceledException("The deadline has passed."),
            _ => throw new InvalidOperationException($"{method} ended with the status {status}."),
        };
    }
}
