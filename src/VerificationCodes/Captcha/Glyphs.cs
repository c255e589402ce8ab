using System.Globalization;
using System.Numerics;

namespace VerificationCodes.Captcha;

/// <summary>
/// The characters as strokes of a pen in a box of 100 by 100, y downwards: points are joined, a bar lifts the pen.
/// </summary>
internal static class Glyphs
{
    private static readonly Dictionary<char, Vector2[][]> Strokes = new()
    {
        ['3'] = Parse("10,10 30,1 55,0 82,12 84,32 68,46 40,48|40,48 72,52 92,68 86,90 58,100 30,98 8,86"),
        ['4'] = Parse("66,100 66,0 4,70 98,70"),
        ['9'] = Parse("90,32 80,54 50,62 20,52 10,30 22,8 50,0 78,8 90,32 88,62 70,90 34,100"),
        ['A'] = Parse("0,100 50,0 100,100|18,64 82,64"),
        ['C'] = Parse("94,20 72,3 42,0 16,16 4,48 14,82 40,100 72,98 94,80"),
        ['D'] = Parse("8,0 8,100 52,98 84,80 96,50 86,20 54,2 8,0"),
        ['E'] = Parse("92,0 8,0 8,100 94,100|8,48 76,48"),
        ['F'] = Parse("94,0 8,0 8,100|8,48 76,48"),
        ['H'] = Parse("6,0 6,100|94,0 94,100|6,50 94,50"),
        ['K'] = Parse("8,0 8,100|92,0 10,58|36,40 96,100"),
        ['M'] = Parse("2,100 10,0 50,66 90,0 98,100"),
        ['N'] = Parse("6,100 6,0 94,100 94,0"),
        ['P'] = Parse("8,100 8,0 62,2 90,14 92,38 68,54 8,54"),
        ['R'] = Parse("8,100 8,0 62,2 90,14 90,36 68,50 8,52|50,52 96,100"),
        ['T'] = Parse("2,0 98,0|50,0 50,100"),
        ['W'] = Parse("0,0 24,100 50,30 76,100 100,0"),
        ['X'] = Parse("4,0 96,100|96,0 4,100"),
        ['Y'] = Parse("2,0 50,48 98,0|50,48 50,100"),
    };

    public static Vector2[][] Of(char character) => Strokes[character];

    private static Vector2[][] Parse(string strokes) =>
        [.. strokes.Split('|').Select(stroke => stroke.Split(' ').Select(ParsePoint).ToArray())];

    private static Vector2 ParsePoint(string point)
    {
        var comma = point.IndexOf(',', StringComparison.Ordinal);
        return new Vector2(
            float.Parse(point.AsSpan(0, comma), CultureInfo.InvariantCulture), float.Parse(point.AsSpan(comma + 1), CultureInfo.InvariantCulture));
    }
}
