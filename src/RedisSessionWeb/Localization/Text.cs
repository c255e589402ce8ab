namespace RedisSessionWeb.Localization;

/// <summary>
/// The texts of the site. In the code they stand in English and are their own keys; <c>Text.zh.resx</c> holds the
/// Chinese ones, and a test makes sure that none is missing.
/// </summary>
internal sealed class Text;
