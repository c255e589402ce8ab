using System.Text;

using Microsoft.AspNetCore.Mvc;

namespace RedisSessionWeb.Forms;

/// <summary>Where a visitor goes on, as the address of a page or a form says it.</summary>
internal static class ReturnTarget
{
    /// <summary>
    /// The target where it is a page of this site, in visible ASCII: anything else cannot stand in a header, and the answer
    /// would be lost with what was done for it.
    /// </summary>
    public static string Of(IUrlHelper url, string? target, string otherwise) =>
        !url.IsLocalUrl(target) ? otherwise
        : target.AsSpan().ContainsAnyExceptInRange('!', '~') ? Encode(target)
        : target;

    private static string Encode(string target)
    {
        var text = new StringBuilder();
        foreach (var value in Encoding.UTF8.GetBytes(target))
        {
            if (value is >= (byte)'!' and <= (byte)'~')
            {
                text.Append((char)value);
            }
            else
            {
                text.Append('%').Append(value.ToString("X2", System.Globalization.CultureInfo.InvariantCulture));
            }
        }

        return text.ToString();
    }
}
