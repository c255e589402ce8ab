using BenchmarkDotNet.Attributes;

using Microsoft.AspNetCore.Http;

using RedisSessions;
using RedisSessions.Cookies;
using RedisSessions.Records;

namespace Micro;

/// <summary>From the Cookie header to the name of the record's key.</summary>
public class CookiePath
{
    private readonly SessionCookie _cookie = new(new RedisSessionOptions().Cookie);
    private readonly SessionKeys _keys = new(new RedisSessionOptions());
    private readonly SessionId _id = SessionId.New();
    private readonly DefaultHttpContext _one = new();
    private readonly DefaultHttpContext _many = new();
    private readonly DefaultHttpContext _none = new();

    public CookiePath()
    {
        _one.Request.Headers.Cookie = "ssw=" + _id.ToSecret();
        _many.Request.Headers.Cookie = $"theme=dark; lang=en-GB; _ga=GA1.2.1234567890.1234567890; ssw={_id.ToSecret()}; seen=1";
    }

    [Benchmark(Description = "no cookie")]
    public bool None() => _cookie.Read(_none, out _) == CarriedId.Valid;

    [Benchmark(Description = "our cookie alone: found and checked")]
    public bool One() => _cookie.Read(_one, out _) == CarriedId.Valid;

    [Benchmark(Description = "our cookie the fourth of five")]
    public bool FourthOfFive() => _cookie.Read(_many, out _) == CarriedId.Valid;

    [Benchmark(Description = "id to the record's key, seen before")]
    public string Key() => _keys.Record(_id);

    [Benchmark(Description = "a new id to the record's key (SHA-256)")]
    public string NewKey() => _keys.Record(SessionId.New());
}
