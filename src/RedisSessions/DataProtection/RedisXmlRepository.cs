using System.Xml.Linq;

using Microsoft.AspNetCore.DataProtection.Repositories;

using RedisSessions.Diagnostics;
using RedisSessions.Redis;

using RespClient;
using RespClient.Commands;
using RespClient.Protocol;

namespace RedisSessions.DataProtection;

/// <summary>
/// The key ring of Data Protection in a Redis list, one element of XML per entry: the layout of Microsoft's package for
/// Redis, so that an application can change from one to the other without losing its keys.
/// </summary>
/// <remarks>
/// The interface is synchronous, so its members block the calling thread. Data Protection calls them when the
/// application starts and then about once a day, in the background. Entries that are no elements of a key ring are passed
/// over, with a warning: each other key goes on to count.
/// </remarks>
internal sealed class RedisXmlRepository(IRedisClient redis, string key, TimeSpan timeout, SessionLog log) : IDeletableXmlRepository
{
    private int _unreadable;

    public IReadOnlyCollection<XElement> GetAllElements() => [.. ReadAll().Select(entry => entry.Element)];

    public void StoreElement(XElement element, string friendlyName)
    {
        ArgumentNullException.ThrowIfNull(element);
        Send("RPUSH", key, element.ToString(SaveOptions.DisableFormatting));
    }

    public bool DeleteElements(Action<IReadOnlyCollection<IDeletableElement>> chooseElements)
    {
        ArgumentNullException.ThrowIfNull(chooseElements);
        var elements = ReadAll().ConvertAll(entry => new Entry(entry.Entry, entry.Element));
        chooseElements(elements);
        foreach (var entry in elements.Where(entry => entry.DeletionOrder is not null).OrderBy(entry => entry.DeletionOrder))
        {
            // By its exact bytes: a ring that another instance has changed in between loses nothing else.
            Send("LREM", key, 1, entry.Bytes);
        }

        return true;
    }

    private List<(byte[] Entry, XElement Element)> ReadAll()
    {
        var list = Wait(() => new TimedClient(redis, timeout).ReadTaggedAsync("LRANGE", key, [0, -1]).AsTask());
        var read = KeyRingElements.Read(list);
        // Once for each number of them, however often the ring is read.
        var unreadable = list.Count - read.Count;
        if (Interlocked.Exchange(ref _unreadable, unreadable) != unreadable && unreadable > 0)
        {
            log.UnreadableKeyRingEntries(unreadable, key);
        }

        return read;
    }

    private void Send(string name, params ReadOnlySpan<RedisArgument> arguments)
    {
        var command = new RedisCommand(name, arguments) { Timeout = timeout };
        Wait(() => redis.ExecuteAsync(command).AsTask());
    }

    // Always on the pool: the reply's continuation must not wait for the thread that waits for it.
    private RespValue Wait(Func<Task<RespValue>> ask)
    {
        try
        {
            return Task.Run(ask).GetAwaiter().GetResult();
        }
        catch (RedisException e)
        {
            log.KeyRingUnavailable(e);
            throw;
        }
    }

    private sealed class Entry(byte[] bytes, XElement element) : IDeletableElement
    {
        public byte[] Bytes => bytes;

        public XElement Element => element;

        public int? DeletionOrder { get; set; }
    }
}
