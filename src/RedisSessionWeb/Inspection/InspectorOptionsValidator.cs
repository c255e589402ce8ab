using Microsoft.Extensions.Options;

using VerificationCodes.Addresses;

namespace RedisSessionWeb.Inspection;

/// <summary>Refuses an admin who is not an address, and "everybody" outside Development.</summary>
internal sealed class InspectorOptionsValidator(IHostEnvironment environment) : IValidateOptions<InspectorOptions>
{
    public ValidateOptionsResult Validate(string? name, InspectorOptions options)
    {
        var failures = new List<string>();
        for (var i = 0; i < options.Admins.Count; i++)
        {
            var admin = options.Admins[i];
            if (admin == InspectorOptions.Everybody && !environment.IsDevelopment())
            {
                failures.Add($"Inspector:Admins:{i} is '*'; allowed outside Development: an e-mail address.");
            }
            else if (admin != InspectorOptions.Everybody && !EmailAddress.TryParse(admin, out _))
            {
                failures.Add($"Inspector:Admins:{i} is '{admin}'; allowed: an e-mail address, or '*' in Development.");
            }
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
