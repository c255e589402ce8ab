using System.Numerics;

namespace VerificationCodes.Captcha;

/// <summary>
/// Draws the characters so that people read them and off-the-shelf character recognition does not: every character
/// tilted, sheared and sized by itself, touching its neighbours, the line bent in waves, with strokes of the same ink
/// and of the paper's colour running through.
/// </summary>
internal sealed class CaptchaPicture
{
    public const int Width = 240;
    public const int Height = 88;

    private const float Margin = 16;
    private const byte Paper = 250;
    private const byte Ink = 40;

    private readonly byte[] _pixels = new byte[Width * Height];
    private readonly Random _random;
    private readonly Vector2 _amplitude;
    private readonly Vector2 _frequency;
    private readonly Vector2 _phase;

    private CaptchaPicture(int seed)
    {
        _random = new Random(seed);
        _pixels.AsSpan().Fill(Paper);
        _amplitude = new Vector2(Between(1.5f, 3), Between(3, 6));
        _frequency = new Vector2(Between(0.08f, 0.13f), Between(0.03f, 0.05f));
        _phase = new Vector2(Between(0, 6.28f), Between(0, 6.28f));
    }

    /// <summary>A PNG of the text. The same seed gives the same picture.</summary>
    public static byte[] Draw(string text, int seed)
    {
        var picture = new CaptchaPicture(seed);
        picture.DrawText(text);
        picture.DrawLine(Ink, picture.Between(1.5f, 2.1f));
        picture.DrawLine(Ink, picture.Between(1.5f, 2.1f));
        picture.DrawLine(Paper, picture.Between(1.6f, 2.2f));
        picture.DrawSpecks();
        return GrayPng.Encode(picture._pixels, Width, Height);
    }

    private float Between(float least, float most) => least + _random.NextSingle() * (most - least);

    private void DrawText(string text)
    {
        var step = (Width - 2 * Margin) / text.Length;
        for (var i = 0; i < text.Length; i++)
        {
            var centre = new Vector2(Margin + (i + 0.5f) * step + Between(-3, 3), Height / 2f + Between(-6, 6));
            // About as wide as its place: tilted neighbours touch, so that the line cannot be cut into characters.
            var form = Matrix3x2.CreateScale(step * Between(0.82f, 1f) / 100, Between(46, 54) / 100)
                * Matrix3x2.CreateSkew(Between(-0.28f, 0.28f), 0)
                * Matrix3x2.CreateRotation(Between(-0.32f, 0.32f))
                * Matrix3x2.CreateTranslation(centre);
            var pen = Between(4f, 5.2f);
            foreach (var stroke in Glyphs.Of(text[i]))
            {
                DrawStroke([.. stroke.Select(p => Vector2.Transform(p - new Vector2(50), form))], pen, Ink);
            }
        }
    }

    /// <summary>A wave from edge to edge through the middle.</summary>
    private void DrawLine(byte colour, float pen)
    {
        var (start, end, swing, phase) = (Between(20, 68), Between(20, 68), Between(6, 14), Between(0, 6.28f));
        var points = new Vector2[23];
        for (var i = 0; i < points.Length; i++)
        {
            var t = i / (points.Length - 1f);
            points[i] = new Vector2(t * Width, start + t * (end - start) + swing * MathF.Sin(phase + 9 * t));
        }

        DrawStroke(points, pen, colour);
    }

    private void DrawSpecks()
    {
        for (var i = 0; i < 24; i++)
        {
            var at = new Vector2(Between(0, Width), Between(0, Height));
            DrawSegment(at, at + new Vector2(Between(-4, 4), Between(-4, 4)), 1.3f, Ink);
        }
    }

    private void DrawStroke(ReadOnlySpan<Vector2> points, float pen, byte colour)
    {
        const int pieces = 6; // short enough for the wave to bend a straight stroke
        for (var i = 1; i < points.Length; i++)
        {
            for (var piece = 0; piece < pieces; piece++)
            {
                DrawSegment(
                    Bend(Vector2.Lerp(points[i - 1], points[i], piece / (float)pieces)),
                    Bend(Vector2.Lerp(points[i - 1], points[i], (piece + 1) / (float)pieces)),
                    pen,
                    colour);
            }
        }
    }

    private Vector2 Bend(Vector2 p) => p + new Vector2(
        _amplitude.X * MathF.Sin(_phase.X + _frequency.X * p.Y), _amplitude.Y * MathF.Sin(_phase.Y + _frequency.Y * p.X));

    private void DrawSegment(Vector2 from, Vector2 to, float pen, byte colour)
    {
        var reach = new Vector2(pen / 2 + 1);
        var least = Vector2.Max(Vector2.Min(from, to) - reach, Vector2.Zero);
        var most = Vector2.Min(Vector2.Max(from, to) + reach, new Vector2(Width - 1, Height - 1));
        for (var y = (int)least.Y; y <= (int)most.Y; y++)
        {
            for (var x = (int)least.X; x <= (int)most.X; x++)
            {
                // Full within the pen, fading out over one pixel at its edge.
                var cover = Math.Clamp(pen / 2 + 0.5f - Distance(new Vector2(x, y), from, to), 0, 1);
                ref var pixel = ref _pixels[y * Width + x];
                var mixed = (byte)(pixel + (colour - pixel) * cover);
                pixel = colour == Ink ? Math.Min(pixel, mixed) : Math.Max(pixel, mixed);
            }
        }
    }

    private static float Distance(Vector2 point, Vector2 from, Vector2 to)
    {
        var along = to - from;
        var length = along.LengthSquared();
        var t = length == 0 ? 0 : Math.Clamp(Vector2.Dot(point - from, along) / length, 0, 1);
        return Vector2.Distance(point, from + t * along);
    }
}
