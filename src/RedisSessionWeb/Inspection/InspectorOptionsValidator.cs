using Microsoft.Extensions.Options;

using VerificationCodes.Addresses;

namespace RedisSessionWeb.Inspection;

/// <summary>Refuses admins that are no addresses, and everybody as admin outside Development.</summary>
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
                failures.Add($"Inspector:Admins:{i} is '*', everybody: allowed in Development only. Name e-mail addresses.");
            }
            else if (admin != InspectorOptions.Everybody && !EmailAddress.TryParse(admin, out _))
            {
                failures.Add($"Inspector:Admins:{i} is '{admin}', which is no e-mail address.");
            }
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
