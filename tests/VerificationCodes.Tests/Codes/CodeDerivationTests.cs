using System.Globalization;

using VerificationCodes.Codes;
using VerificationCodes.Tests.Bench;

namespace VerificationCodes.Tests.Codes;

/// <summary>The derived code as a random variable.</summary>
public sealed class CodeDerivationTests
{
    private const int Draws = 1_000_000;

    private static readonly ServerKey Key = ServerKeys.TryParse(CodeBench.TestKey)!;
    private static readonly CodeScope Scope = CodeScope.Create(CodePurpose.Register, CodeBench.Email(), "browser-a");

    [Fact]
    public void A_million_codes_are_uniform_from_000000_to_999999()
    {
        var cells = new int[1000];
        var digits = new int[6, 10];
        for (var i = 0; i < Draws; i++)
        {
            var code = CodeDerivation.Code(Key, Scope, i.ToString(CultureInfo.InvariantCulture));
            Assert.Equal(6, code.Length);
            cells[int.Parse(code, CultureInfo.InvariantCulture) / 1000]++;
            for (var d = 0; d < 6; d++)
            {
                digits[d, code[d] - '0']++;
            }
        }

        // 999 degrees of freedom: mean 999, standard deviation 44.7; five of them either way.
        Assert.InRange(cells.Sum(n => Math.Pow(n - 1000, 2) / 1000), 776, 1222);
        // Each digit in each place, the leading zero too: 9 degrees of freedom, one in a million above 45.
        for (var d = 0; d < 6; d++)
        {
            Assert.InRange(Enumerable.Range(0, 10).Sum(v => Math.Pow(digits[d, v] - 100_000, 2) / 100_000), 0, 45);
        }
    }

    [Fact]
    public void A_code_changes_with_everything_it_is_bound_to()
    {
        var other = ServerKeys.TryParse("other:5VbZ0a0s1Jp3kq0o6Qp5m9o2Fq5Uo0m8C8c7mQxkTz4=")!;
        CodeScope[] scopes =
        [
            Scope,
            Scope with { Purpose = CodePurpose.SignIn },
            Scope with { Address = "bob@example.com" },
            Scope with { Browser = "-" },
        ];
        var proofs = scopes.Select(s => CodeDerivation.Proof(Key, s, "123456")).Append(CodeDerivation.Proof(other, Scope, "123456")).ToList();
        var codes = Enumerable.Range(0, 20).SelectMany(n => scopes.Select(s => CodeDerivation.Code(Key, s, $"{n}"))).ToList();

        Assert.Equal(proofs.Count, proofs.Distinct().Count());
        Assert.True(codes.Distinct().Count() > 78);
    }
}
