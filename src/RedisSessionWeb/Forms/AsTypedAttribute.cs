using System.ComponentModel.DataAnnotations;

namespace RedisSessionWeb.Forms;

/// <summary>An input whose blanks count, such as a password: without it, blanks alone are taken for nothing typed.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class AsTypedAttribute : DisplayFormatAttribute
{
    public AsTypedAttribute() => ConvertEmptyStringToNull = false;
}
