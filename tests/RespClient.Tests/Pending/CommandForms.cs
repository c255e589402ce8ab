using RespClient.Protocol;

namespace RespClient.Tests.Pending;

/// <summary>
/// Every command and subcommand that a server knows, in every form that its own documentation tells: each optional
/// argument once, and each alternative once.
/// </summary>
internal static class CommandForms
{
    private static readonly Dictionary<string, (string Why, string[] Forms)> Instead = new()
    {
        ["shutdown"] = ("the others stop the server", ["SHUTDOWN ABORT"]),
        ["replicaof"] = ("the others make a replica of the server, which then refuses writes", ["REPLICAOF NO ONE"]),
        ["slaveof"] = ("the others make a replica of the server, which then refuses writes", ["SLAVEOF NO ONE"]),
        ["client|kill"] = ("the others end connections, which is what they are for", ["CLIENT KILL ID 0", "CLIENT KILL 127.0.0.1:1"]),
        ["migrate"] = ("with a key that exists it looks for a host of that name", ["MIGRATE nowhere 1 missing 0 1"]),
        ["debug"] = ("not documented; some crash the server", ["DEBUG", "DEBUG HELP", "DEBUG PROTOCOL push", "DEBUG PROTOCOL attrib", "DEBUG PROTOCOL set", "DEBUG SLEEP 0", "DEBUG nothing"]),
        ["replconf"] = ("not documented", ["REPLCONF", "REPLCONF ACK 1", "REPLCONF GETACK *", "REPLCONF listening-port 1", "REPLCONF capa eof"]),
        ["pfselftest"] = ("without an argument it holds the server up for seconds", ["PFSELFTEST wrong"]),
        ["pfdebug"] = ("not documented", ["PFDEBUG", "PFDEBUG TODENSE k", "PFDEBUG GETREG k"]),
        ["cluster|meet"] = ("the others look for other nodes", ["CLUSTER MEET nowhere 1"]),
    };

    /// <summary>One form of a command, as its words.</summary>
    /// <param name="Command">Its name and its subcommand's, as the server lists them: <c>client|kill</c>.</param>
    /// <param name="Words">All words.</param>
    /// <param name="IsBlocking">Whether the server says that the command can block.</param>
    public sealed record Form(string Command, string[] Words, bool IsBlocking)
    {
        public RedisCommand ToCommand() => new(Words[0], [.. Words[1..].Select(word => (RedisArgument)word)]);

        public override string ToString() => string.Join(' ', Words);
    }

    /// <summary>All of them, in the order of their names.</summary>
    public static async Task<IReadOnlyList<Form>> AllAsync(RedisClient client)
    {
        var documented = Documented(await client.ExecuteAsync(new RedisCommand("COMMAND", "DOCS")));
        var forms = new List<Form>();
        foreach (var command in (await client.ExecuteAsync(new RedisCommand("COMMAND"))).Items.ToArray())
        {
            Add(command, documented, forms);
        }

        return [.. forms.DistinctBy(form => form.ToString()).OrderBy(form => form.ToString(), StringComparer.Ordinal)];
    }

    private static void Add(RespValue command, Dictionary<string, RespValue> documented, List<Form> forms)
    {
        var name = command.Items[0].AsString()!;
        var flags = command.Items[2].Items.ToArray().Select(flag => flag.AsString()).ToArray();
        string[] start = [.. name.ToUpperInvariant().Split('|')];

        // The fewest words, and none at all; a hundredth is a time that is soon over.
        var fewest = Math.Abs((int)command.Items[1].AsInt64());
        var sparse = Instead.ContainsKey(name) ? [] : new[] { start, [.. start, .. Enumerable.Repeat("0.01", Math.Max(0, fewest - start.Length))] };
        var told = Instead.TryGetValue(name, out var instead) ? instead.Forms.Select(form => form.Split(' '))
            : documented.TryGetValue(name, out var arguments) ? Sequences(arguments).Select(words => (string[])[.. start, .. words])
            : [];
        forms.AddRange(sparse.Concat(told).Select(words => new Form(name, words, flags.Contains("blocking"))));
        foreach (var subcommand in command.Items[9].Items.ToArray())
        {
            Add(subcommand, documented, forms);
        }
    }

    /// <summary>The arguments of each command and subcommand that has any.</summary>
    private static Dictionary<string, RespValue> Documented(RespValue docs)
    {
        var arguments = new Dictionary<string, RespValue>();
        foreach (var (name, doc) in Fields(docs))
        {
            var fields = Fields(doc);
            if (fields.TryGetValue("arguments", out var own))
            {
                arguments[name] = own;
            }

            if (fields.TryGetValue("subcommands", out var subcommands))
            {
                foreach (var (subname, arguments2) in Documented(subcommands))
                {
                    arguments[subname] = arguments2;
                }
            }
        }

        return arguments;
    }

    /// <summary>What a list of arguments can be: the plain case, and each other choice of one of them in it.</summary>
    private static IEnumerable<string[]> Sequences(RespValue arguments)
    {
        string[][][] choices = [.. arguments.Items.ToArray().Select(argument => (string[][])[.. Choices(argument)])];
        yield return [.. choices.SelectMany(choice => choice[0])];
        for (var changed = 0; changed < choices.Length; changed++)
        {
            foreach (var other in choices[changed].Skip(1))
            {
                yield return [.. choices.SelectMany((choice, index) => index == changed ? other : choice[0])];
            }
        }
    }

    /// <summary>What stands for one argument; first none, where it is optional.</summary>
    private static IEnumerable<string[]> Choices(RespValue argument)
    {
        var fields = Fields(argument);
        string[] token = fields.TryGetValue("token", out var text) ? [text.AsString()!] : [];
        string[] flags = fields.TryGetValue("flags", out var value) ? [.. value.Items.ToArray().Select(flag => flag.AsString()!)] : [];
        var values = fields["type"].AsString() switch
        {
            "pure-token" => [[]],
            "oneof" => fields["arguments"].Items.ToArray().SelectMany(Choices),
            "block" => Sequences(fields["arguments"]),
            "integer" or "unix-time" => [["1"]],
            "double" => [["0.01"]],
            "key" => [["k"]],
            "pattern" => [["*"]],
            _ => [["x"]],
        };
        var spoken = values.Select(words => (string[])[.. token, .. words]);
        return flags.Contains("optional") ? spoken.Prepend([]) : spoken;
    }

    private static Dictionary<string, RespValue> Fields(RespValue map)
    {
        var items = map.Items.ToArray();
        return Enumerable.Range(0, items.Length / 2).ToDictionary(pair => items[2 * pair].AsString()!, pair => items[(2 * pair) + 1]);
    }
}
