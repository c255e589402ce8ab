using System.Diagnostics;

using VerificationCodes.Captcha;
using VerificationCodes.Codes;

namespace VerificationCodes.Tests.Captcha;

/// <summary>What the picture is, and that a machine does not read it.</summary>
public sealed class CaptchaPictureTests
{
    [Fact]
    public void The_same_captcha_is_drawn_as_the_same_picture_each_time()
    {
        Assert.Equal(CaptchaPicture.Draw("A3HK9", 7), CaptchaPicture.Draw("A3HK9", 7));
        Assert.NotEqual(CaptchaPicture.Draw("A3HK9", 7), CaptchaPicture.Draw("A3HK9", 8));
    }

    [Fact]
    public async Task The_first_character_recognition_reads_fewer_than_ten_of_two_hundred()
    {
        var folder = Directory.CreateTempSubdirectory("captcha-").FullName;
        try
        {
            var answers = new CaptchaAnswers(new ServerKeys(Microsoft.Extensions.Options.Options.Create(new VerificationOptions())), null!);
            var texts = new List<string>();
            var names = new List<string>();
            for (var i = 0; i < 200; i++)
            {
                var id = CaptchaAnswers.NewId();
                texts.Add(answers.TextOf(id));
                names.Add(Path.Combine(folder, $"{i:D3}.png"));
                await File.WriteAllBytesAsync(names[i], CaptchaPicture.Draw(texts[i], answers.SeedOf(id)));
            }

            var read = await RecogniseAsync(folder, names);

            Assert.Equal(200, read.Length);
            var right = texts.Zip(read, (text, seen) => text.Equals(string.Concat(seen.Where(char.IsAsciiLetterOrDigit)), StringComparison.OrdinalIgnoreCase)).Count(b => b);
            Assert.True(right < 10, $"{right} of 200 were read");
            // It did run: on 200 pictures with strokes it always sees something.
            Assert.Contains(read, seen => seen.Any(char.IsLetterOrDigit));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>One line of text per picture, told which characters there are: the best case for the attacker.</summary>
    private static async Task<string[]> RecogniseAsync(string folder, List<string> names)
    {
        var list = Path.Combine(folder, "list.txt");
        await File.WriteAllLinesAsync(list, names);
        var start = new ProcessStartInfo("tesseract") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])[list, "stdout", "--psm", "7", "-c", $"tessedit_char_whitelist={CaptchaAnswers.Alphabet}"])
            start.ArgumentList.Add(argument);
        start.Environment["OMP_THREAD_LIMIT"] = "1";
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, await errors);
        return output.Split('\f');
    }
}
