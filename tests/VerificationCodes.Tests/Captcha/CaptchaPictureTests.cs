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
                var id = answers.NewId("", null);
                texts.Add(answers.TextOf(id));
                names.Add(Path.Combine(folder, $"{i:D3}.png"));
                await File.WriteAllBytesAsync(names[i], CaptchaPicture.Draw(texts[i], answers.SeedOf(id)));
            }

            var read = await RecogniseAsync(folder, names);

            Assert.Equal(200, read.Length);
            var right = texts.Zip(read, (text, seen) => text.Equals(string.Concat(seen.Where(char.IsAsciiLetterOrDigit)), StringComparison.OrdinalIgnoreCase)).Count(b => b);
            Assert.True(right < 10, $"{right} of 200 were read");
            // It did run: it sees a character or two in some pictures.
            Assert.Contains(read, seen => seen.Any(char.IsLetterOrDigit));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>
    /// What was read in each picture. It crashes on some pictures: then the lot is done one by one, and what it crashed
    /// on counts as not read.
    /// </summary>
    private static async Task<string[]> RecogniseAsync(string folder, List<string> names)
    {
        var read = new List<string>();
        foreach (var lot in names.Chunk(25))
        {
            if (await RecogniseLotAsync(folder, lot) is { } all && all.Length == lot.Length)
            {
                read.AddRange(all);
                continue;
            }

            foreach (var name in lot)
            {
                read.Add((await RecogniseLotAsync(folder, [name]))?[0] ?? "");
            }
        }

        return [.. read];
    }

    /// <summary>One line of text per picture, told which characters there are: the best case for the attacker.</summary>
    private static async Task<string[]?> RecogniseLotAsync(string folder, string[] names)
    {
        var list = Path.Combine(folder, "list.txt");
        await File.WriteAllLinesAsync(list, names);
        var start = new ProcessStartInfo("tesseract") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])[list, "stdout", "--psm", "7", "-c", $"tessedit_char_whitelist={CaptchaAnswers.Alphabet}"])
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["OMP_THREAD_LIMIT"] = "1";
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        await errors;
        return process.ExitCode == 0 ? output.Split('\f') : null;
    }
}
