using System.Runtime.CompilerServices;

using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

using RedisSessions.Cookies;
using RedisSessions.Records;

namespace RedisSessions.Request;

/// <summary>
/// What a request knows of its session and wants done to it: the shared record, the changes beside it, and whether the
/// response has to wait for a commit. <see cref="RedisSession"/> is its face.
/// </summary>
internal sealed class SessionState(SessionOpener opener, HttpContext context) : ISessionFeature
{
    private PendingChanges? _changes;
    private SessionLifetime? _lifetime;
    private SessionId? _secret;
    private StrongBox<SessionId>? _newSecret; // seldom there: 32 bytes less for every other request
    private RedisSession? _session;
    private string? _publicId;
    private SessionUnavailableException? _loadFailure;
    private CommittingResponseBody? _body;
    private bool _refreshes;
    private bool _isRenewalDue;
    private bool _isDetached;
    private bool _isClosed;

    public HttpContext Context { get; } = context;

    public RedisSession Session => _session ??= new RedisSession(this);

    ISession ISessionFeature.Session
    {
        get => Session;
        set => throw new NotSupportedException(NoSessionFeature.NotReplaced);
    }

    /// <summary>The record as it was loaded or last committed; <see langword="null"/>: there is none.</summary>
    public SessionRecord? Record { get; private set; }

    public PendingChanges Changes => _changes ??= NewChanges();

    /// <summary>Who signs in with the next commit; <see langword="null"/>: nobody new.</summary>
    public SessionIdentity? SignedIn { get; private set; }

    /// <summary>Whether this is a sign-in: creation time and absolute deadline start anew.</summary>
    public bool Restarts { get; private set; }

    /// <summary>The record that ends with the next commit.</summary>
    public DoomedRecord? Doomed { get; set; }

    /// <summary>What the request brought, or the response has set since.</summary>
    public CarriedId Carried { get; set; }

    /// <summary>The request carries an id whose record has not been looked up.</summary>
    public bool AwaitsRecord { get; private set; }

    /// <summary>Whether the response makes the client forget its id.</summary>
    public bool MustForget { get; set; }

    public bool IsAvailable => _loadFailure is null && !_isDetached;

    public SessionLifetime Lifetime =>
        _lifetime ?? Record?.Lifetime ?? SessionLifetime.Remembered(opener.Options.MaxAge);

    public SessionIdentity? Identity => SignedIn ?? Record?.Identity;

    public string PublicId => _publicId ??= SecretId.ToPublic();

    public SessionId SecretId => _newSecret?.Value ?? (_secret ??= SessionId.New());

    public string Key => opener.Keys.Record(_secret ??= SessionId.New());

    public string? NewKey => _newSecret is { } secret ? opener.Keys.Record(secret.Value) : null;

    public IEnumerable<string> ValueKeys => _changes?.Keys ?? Record?.Values.Keys ?? [];

    /// <summary>Whether the handler has done something to the record that must reach Redis.</summary>
    public bool IsModified =>
        _changes is { IsEmpty: false } || SignedIn is not null
        || (Record is not null && (_newSecret is not null || _refreshes || _lifetime is not null));

    public bool HasChanges => IsModified || _isRenewalDue;

    public bool MustRenew => _newSecret is not null || _refreshes || _lifetime is not null || Restarts || _isRenewalDue;

    /// <summary>Why a commit failed; nothing of the response passes any more then.</summary>
    public Exception? CommitFailure => _body?.CommitFailure;

    /// <summary>Whether nothing of the response may pass before a commit.</summary>
    public bool BlocksResponse =>
        CommitFailure is not null || (!_isClosed && !_isDetached && (Doomed is not null || MustForget || HasChanges));

    /// <summary>
    /// Whether the handler had written to the server's buffer before it touched the session: that cannot be taken back.
    /// </summary>
    public bool HasUnsentBytesOfHandler =>
        (_body?.Inner ?? Context.Features.Get<IHttpResponseBodyFeature>())?.Writer is { CanGetUnflushedBytes: true, UnflushedBytes: > 0 };

    /// <summary>The request carries an id.</summary>
    public void Expect(in SessionId secret, CarriedId carried)
    {
        Carried = carried;
        AwaitsRecord = true;
        _secret = secret;
    }

    /// <summary><paramref name="record"/> is what was found under the id the request carries.</summary>
    public void Open(SessionRecord? record)
    {
        AwaitsRecord = false;
        _loadFailure = null;
        _isDetached = false;
        Record = record;
        if (record is null)
        {
            // An unknown id is never adopted.
            _secret = null;
        }
        else if (opener.IsRenewalDue(record) || (Carried == CarriedId.Several && opener.IsSettlementDue(record)))
        {
            _isRenewalDue = true;
            Hook();
        }
    }

    /// <summary>Redis did not answer.</summary>
    public void Fail(SessionUnavailableException failure, bool runsWithoutSession)
    {
        AwaitsRecord = false;
        _isDetached = runsWithoutSession;
        _loadFailure = runsWithoutSession ? null : failure;
    }

    public async ValueTask LoadAgainAsync(CancellationToken cancellationToken)
    {
        if (!IsAvailable && _secret is not null)
        {
            Open(await opener.LoadAsync(this, cancellationToken));
            if (!Context.Response.HasStarted)
            {
                Hook(); // what was set while there was no session counts from here on
            }
        }
    }

    public async ValueTask ReloadAsync(CancellationToken cancellationToken)
    {
        EnsureReadable();
        if (Record is null)
        {
            DropChanges();
            return;
        }

        var record = await opener.Records.ReloadAsync(Key, cancellationToken);
        if (record is null)
        {
            BecomeNew();
        }
        else
        {
            Record = record;
            DropChanges();
        }
    }

    /// <summary>The value as it is kept: not to be handed out.</summary>
    public ReadOnlyMemory<byte>? Peek(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        EnsureReadable();
        return _changes is null ? Record?.Values.Get(key) : _changes.Get(key);
    }

    /// <summary>Sets a value without copying it; <see langword="null"/> removes the key.</summary>
    public void Put(string key, byte[]? value)
    {
        ArgumentNullException.ThrowIfNull(key);
        EnsureWritable();
        if (value is not null)
        {
            KeyNames.RequireText(key, nameof(key));
        }

        Changes.Set(key, value);
        Hook();
    }

    public byte[]? Update(string key, Func<byte[]?, byte[]?> change)
    {
        ArgumentNullException.ThrowIfNull(key);
        EnsureWritable();
        KeyNames.RequireText(key, nameof(key));
        var value = Changes.Update(key, change);
        Hook();
        return value;
    }

    public void SetLifetime(SessionLifetime lifetime)
    {
        EnsureWritable();
        if (lifetime != Lifetime)
        {
            _lifetime = lifetime;
            Hook();
        }
    }

    public void Refresh()
    {
        EnsureWritable();
        _refreshes = true;
        Hook();
    }

    public void TakeNewId()
    {
        EnsureWritable();
        _publicId = null;
        if (Record is null)
        {
            _secret = null;
        }
        else
        {
            _newSecret = new StrongBox<SessionId>(SessionId.New());
        }

        Hook();
    }

    public void Destroy()
    {
        EnsureWritable();
        // A client that sent an id Redis does not know must forget it, too.
        MustForget |= Carried != CarriedId.None && !_isDetached;
        Doom();
        BecomeNew();
        Hook();
    }

    /// <summary>A user signs in: new id, new absolute lifetime; the data stays unless it was another user's.</summary>
    /// <exception cref="SessionUnavailableException">The request runs without its session: nobody could be kept signed in.</exception>
    public void SignIn(SessionIdentity identity)
    {
        EnsureWritable();
        if (_isDetached)
        {
            throw new SessionUnavailableException("Nobody can sign in while the session is not available.");
        }

        if (Record?.Identity is { } before && (before.UserId != identity.UserId || identity.UserId.Length == 0))
        {
            Doom();
            BecomeNew();
        }

        SignedIn = identity;
        Restarts = true;
        TakeNewId();
    }

    /// <summary>The same user, with a principal that was checked or replaced.</summary>
    public void KeepIdentity(SessionIdentity identity)
    {
        EnsureWritable();
        SignedIn = identity;
        Hook();
    }

    /// <summary>Another request was faster with a value that must be exact: its values are the base now.</summary>
    public void Rebase(SessionRecord record)
    {
        Record = record;
        Changes.Rebase(record);
    }

    public void TakeCommitted(SessionRecord record)
    {
        _secret = SecretId;
        Record = record;
        DropChanges();
    }

    /// <summary>
    /// The record was ended meanwhile. What a sign-in needs stays pending, everything else is dropped; the sign-in too if
    /// the record was the same user's: it may rest on nothing but the session that was ended.
    /// </summary>
    public void TakeGone()
    {
        if (!Restarts || Record?.Identity?.UserId == SignedIn?.UserId)
        {
            BecomeNew();
            return;
        }

        Record = null;
        _isRenewalDue = false;
        _changes?.Rebase(null);
    }

    /// <summary>The commit of a request that only read has failed: the cookie stays as it is, like the TTL.</summary>
    public void TakeUnrenewed() => _isRenewalDue = false;

    /// <summary>Commits now what is pending.</summary>
    public ValueTask CommitAsync() => BlocksResponse ? opener.Committer.CommitAsync(this) : ValueTask.CompletedTask;

    /// <summary>The handler has returned: commits, then lets pass what it left in the writer.</summary>
    public ValueTask EndAsync() => _body?.OpenAsync() ?? CommitAsync();

    /// <summary>A commit has failed, for good: those that follow fail with the same.</summary>
    public void TakeFailure(Exception failure) => _body?.Fail(failure);

    /// <summary>The request is over, or its handler has thrown: nothing is committed any more.</summary>
    public void Close()
    {
        _isClosed = true;
        if (_body is not null && ReferenceEquals(Context.Features.Get<IHttpResponseBodyFeature>(), _body))
        {
            Context.Features.Set(_body.Inner);
        }
    }

    public void EnsureReadable()
    {
        if (_loadFailure is not null)
        {
            throw _loadFailure;
        }
    }

    public void EnsureWritable()
    {
        EnsureReadable();
        if (_isClosed || Context.Response.HasStarted)
        {
            throw new InvalidOperationException(
                "The session cannot be changed any more: the response has started, and a client that sees it must see the change. Write to the session before the first byte of the body.");
        }
    }

    private void Doom()
    {
        if (Record is not null)
        {
            Doomed ??= new DoomedRecord(Key, Record.Identity?.UserId);
        }
    }

    // The old session is gone; what is written from here on starts a new one.
    private void BecomeNew()
    {
        Record = null;
        _secret = null;
        DropChanges();
    }

    private void DropChanges()
    {
        _changes?.Reset(Record);
        _lifetime = null;
        _newSecret = null;
        _publicId = null;
        _refreshes = false;
        _isRenewalDue = false;
        SignedIn = null;
        Restarts = false;
    }

    private PendingChanges NewChanges()
    {
        var changes = new PendingChanges(opener.Options.MaxSize);
        changes.Reset(Record);
        return changes;
    }

    // The response waits for the commit from here on.
    private void Hook()
    {
        if (_body is not null || !BlocksResponse)
        {
            return;
        }

        _body = CommittingResponseBody.PutInPlace(this, opener.Committer);
    }
}

/// <summary>A record that ends with the commit.</summary>
/// <param name="Key">Its key.</param>
/// <param name="UserId">The user whose list it is removed from.</param>
internal sealed record DoomedRecord(string Key, string? UserId);
