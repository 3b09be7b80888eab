using System.ComponentModel.DataAnnotations;
using System.Text.RegularExpressions;
using ClausumPanel.Storage;
using Microsoft.Extensions.Options;

namespace ClausumPanel.Web.Plumbing;

/// <summary>How settings are bound and checked: a wrong value, or a name that nobody reads, stops the start with one sentence that says which.</summary>
internal static partial class Settings
{
    /// <param name="services">Gets the options.</param>
    /// <param name="section">"Panel:Security": in the environment, Panel__Security__….</param>
    /// <param name="shared">The section has other sections in it, so names that this class does not know may be somebody else's.</param>
    public static OptionsBuilder<T> AddSettings<T>(this IServiceCollection services, string section, bool shared = false) where T : class
    {
        services.AddSingleton<IValidateOptions<T>>(new Annotations<T>(section));
        return services.AddOptions<T>().BindConfiguration(section, binder => binder.ErrorOnUnknownConfiguration = !shared).ValidateOnStart();
    }

    public static void CheckSettings(this WebApplication app)
    {
        try
        {
            app.Services.GetService<IStartupValidator>()?.Validate();
        }
        catch (OptionsValidationException wrong)
        {
            throw new SettingException(string.Join(' ', wrong.Failures));
        }
        catch (AggregateException several) when (several.InnerExceptions.All(e => e is OptionsValidationException))
        {
            throw new SettingException(string.Join(' ', several.InnerExceptions.Cast<OptionsValidationException>().SelectMany(e => e.Failures)));
        }
        catch (InvalidOperationException wrong) when (Unreadable().Match(wrong.Message) is { Success: true } found)
        {
            throw new SettingException($"{InTheEnvironment(found.Groups[2].Value)} is \"{found.Groups[1].Value}\", which cannot be read as what it should be.");
        }
        catch (InvalidOperationException wrong) when (Unknown().Match(wrong.Message) is { Success: true } found)
        {
            throw new SettingException($"There is no setting {found.Groups[2].Value} among those of {found.Groups[1].Value.Split('.')[^1].Replace("Options", "", StringComparison.Ordinal)}: is it misspelt?");
        }
    }

    public static string InTheEnvironment(string key) => key.Replace(":", "__", StringComparison.Ordinal);

    // The binder says these two things in no other way than in its messages.
    [GeneratedRegex("Failed to convert configuration value '(.*)' at '(.*)' to type")]
    private static partial Regex Unreadable();

    [GeneratedRegex("not found on the instance of (\\S+): (.*)$")]
    private static partial Regex Unknown();

    private sealed class Annotations<T>(string section) : IValidateOptions<T> where T : class
    {
        public ValidateOptionsResult Validate(string? name, T options)
        {
            var found = new List<ValidationResult>();
            return Validator.TryValidateObject(options, new ValidationContext(options), found, validateAllProperties: true)
                ? ValidateOptionsResult.Success
                : ValidateOptionsResult.Fail(found.Select(f => f.MemberNames.FirstOrDefault() is { } member
                    ? f.ErrorMessage!.Replace($"The field {member}", InTheEnvironment($"{section}:{member}"), StringComparison.Ordinal)
                    : f.ErrorMessage!));
        }
    }
}
