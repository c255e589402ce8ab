using Microsoft.Playwright;

using TestServers;

namespace RedisSessionWeb.Tests.Browser;

/// <summary>
/// Waiting for a page. Playwright's own wait for a load event can miss one that comes between its look and its subscription,
/// and then waits for the next; the document itself does not forget that it is loaded.
/// </summary>
internal static class Arrival
{
    /// <summary>Waits until a page whose address matches the glob is there and loaded.</summary>
    public static async Task ArriveAtAsync(this IPage page, string glob)
    {
        await page.WaitForURLAsync(glob, new() { WaitUntil = WaitUntilState.Commit });
        await page.LoadedAsync();
    }

    /// <summary>Waits until a page of this path is there and loaded, whatever its query.</summary>
    public static async Task ArriveAtPathAsync(this IPage page, string path)
    {
        await page.WaitForURLAsync(url => new Uri(url).AbsolutePath == path, new() { WaitUntil = WaitUntilState.Commit });
        await page.LoadedAsync();
    }

    private static async Task LoadedAsync(this IPage page) => await Eventually.TrueAsync(async () =>
    {
        try
        {
            return await page.EvaluateAsync<string>("document.readyState") == "complete";
        }
        catch (PlaywrightException)
        {
            // The page that was asked has just gone; the next one is asked again.
            return false;
        }
    });
}
