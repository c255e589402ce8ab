using System.Xml;
using System.Xml.Linq;

using ForeignReplies.Tests.Results;
using ForeignReplies.Tests.Shifted.Worlds;

using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

using RespClient;

namespace ForeignReplies.Tests.Shifted;

/// <summary>The key ring of Data Protection whose replies are shifted.</summary>
public sealed class KeyRingTests
{
    private const int Rings = 16;
    private const int EntriesOfRing = 3;

    [Fact]
    public async Task With_shifted_replies_no_key_ring_is_read_as_another_or_as_empty_and_no_key_is_lost()
    {
        await using var run = await ShiftRun.StartAsync();
        await using var client = await RedisClient.ConnectAsync(run.Proxy.ConnectionString);
        await using var direct = await RedisClient.ConnectAsync(run.Server.ConnectionString);
        var rings = Enumerable.Range(0, Rings).Select(number => new Ring($"ring-{number}", client, direct, run.Tally)).ToArray();

        await run.UnderShiftsAsync(Rings, oneIn: 40, (caller, random) => rings[caller].NextAsync(random));
        await run.UntilAllAsync(rings, ring => ValueTask.FromResult(ring.Read()), "a key ring is read after the last shift");
        foreach (var ring in rings)
        {
            ring.Check();
        }

        run.Check();
    }

    /// <summary>A key ring that one caller reads and adds to.</summary>
    private sealed class Ring
    {
        private readonly IXmlRepository _repository;
        private readonly IXmlRepository _direct;
        private readonly string _name;
        private readonly Tally _tally;
        private readonly HashSet<string> _kept = [];
        private readonly HashSet<string> _doubtful = [];
        private int _number;

        public Ring(string name, RedisClient client, RedisClient direct, Tally tally)
        {
            (_name, _tally) = (name, tally);
            (_repository, _direct) = (RepositoryOver(client, name), RepositoryOver(direct, name));
            for (; _number < EntriesOfRing; _number++)
            {
                _direct.StoreElement(Element($"{name}/{_number}"), name);
                _kept.Add($"{name}/{_number}");
            }
        }

        // On a thread of its own: the interface is synchronous, and its callers would block the threads of the pool.
        public Task NextAsync(Random random) => Task.Factory.StartNew(
            () =>
            {
                if (random.Next(20) == 0)
                {
                    Add($"{_name}/{_number++}");
                }
                else
                {
                    Read();
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);

        public bool Read() => Answers(() => Judge(_repository.GetAllElements()));

        public void Check() => Judge(_direct.GetAllElements());

        private void Add(string entry)
        {
            if (Answers(() => _repository.StoreElement(Element(entry), _name)))
            {
                _kept.Add(entry);
            }
            else
            {
                _doubtful.Add(entry);
            }
        }

        private void Judge(IReadOnlyCollection<XElement> elements)
        {
            var got = elements.Select(element => element.Value).ToHashSet();
            var foreign = got.Where(entry => !_kept.Contains(entry) && !_doubtful.Contains(entry)).ToArray();
            var verdict = foreign.Length > 0 ? Verdict.Foreign : _kept.IsSubsetOf(got) ? Verdict.Right : Verdict.Missing;
            _tally.Add(verdict, $"{_name}: '{string.Join(' ', got)}'");
        }

        private bool Answers(Action ask)
        {
            try
            {
                ask();
                return true;
            }
            catch (RedisException)
            {
                _tally.Add(Verdict.Refused);
            }
            catch (Exception e) when (e is InvalidCastException or InvalidOperationException or ArgumentException or XmlException)
            {
                _tally.Add(Verdict.Broken, $"{_name}: {e.Message}");
            }

            return false;
        }

        private static XElement Element(string entry) => new("key", new XAttribute("id", Guid.NewGuid()), entry);

        private static IXmlRepository RepositoryOver(RedisClient client, string key)
        {
            var services = new ServiceCollection();
            services.AddSingleton<IRedisClient>(client);
            services.AddDataProtection().PersistKeysToRedis(key);
            return services.BuildServiceProvider().GetRequiredService<IOptions<KeyManagementOptions>>().Value.XmlRepository!;
        }
    }
}
