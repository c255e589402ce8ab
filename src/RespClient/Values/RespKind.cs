namespace RespClient.Protocol;

/// <summary>The types of RESP2 and RESP3. Attributes are read and dropped; streamed types arrive as their plain form.</summary>
public enum RespKind : byte
{
    /// <summary>Null: RESP3 <c>_</c>, RESP2 <c>$-1</c> or <c>*-1</c>.</summary>
    Null,

    /// <summary><c>+</c> simple string.</summary>
    SimpleString,

    /// <summary><c>$</c> bulk string.</summary>
    BulkString,

    /// <summary><c>=</c> verbatim string; the bytes are without the format prefix.</summary>
    VerbatimString,

    /// <summary><c>:</c> integer.</summary>
    Integer,

    /// <summary><c>,</c> double.</summary>
    Double,

    /// <summary><c>#</c> boolean.</summary>
    Boolean,

    /// <summary><c>(</c> big number, kept as its digits.</summary>
    BigNumber,

    /// <summary><c>-</c> simple error.</summary>
    SimpleError,

    /// <summary><c>!</c> bulk error.</summary>
    BulkError,

    /// <summary><c>*</c> array.</summary>
    Array,

    /// <summary><c>%</c> map; its items are key, value, key, value, as RESP2 sends them.</summary>
    Map,

    /// <summary><c>~</c> set.</summary>
    Set,

    /// <summary><c>></c> push.</summary>
    Push,
}
