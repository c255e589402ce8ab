namespace RedisSessionWeb.Gate;

/// <summary>What <c>error</c> says in an answer. Numbers up to 1009 are those of the system that its clients come from.</summary>
internal enum GateError
{
    /// <summary>Done.</summary>
    None = 0,

    /// <summary>Not the JSON that the route takes: a field missing, of another type, too large, too deep.</summary>
    BadJson = 1001,

    /// <summary>The verification service, or Redis, is away, or too many passwords are to be hashed. Try again.</summary>
    Unavailable = 1002,

    /// <summary>The code is wrong, or there is none (any longer): the number is the same. 1003 is not used.</summary>
    CodeWrong = 1004,

    /// <summary>The name or the address has an account already.</summary>
    UserExists = 1005,

    /// <summary><c>passwd</c> and <c>confirm</c> differ.</summary>
    PasswordsDiffer = 1006,

    /// <summary>There is no such user with this address.</summary>
    EmailMismatch = 1007,

    /// <summary>The password could not be changed: the account was changed at the same time.</summary>
    UpdateFailed = 1008,

    /// <summary>Wrong address or password.</summary>
    WrongPassword = 1009,

    /// <summary>Too often; <c>retry_after</c> has the seconds.</summary>
    TooOften = 1014,

    /// <summary>What was given as an address is not one.</summary>
    BadEmail = 1015,

    /// <summary>What was given as a name cannot be one.</summary>
    BadUser = 1016,

    /// <summary>The password is too short, too long, too common, or the address itself.</summary>
    BadPassword = 1017,
}
