using System.Collections.Frozen;
using System.Text.RegularExpressions;
using PyScriptHub.Domain.Outcomes;

namespace PyScriptHub.Domain.Accounts;

/// <summary>What a user name may be: it is the <c>@name</c> in addresses.</summary>
public static partial class UserNames
{
    /// <summary>The shortest name, in characters.</summary>
    public const int MinimumLength = 2;

    /// <summary>The longest name, in characters.</summary>
    public const int MaximumLength = 32;

    // Words that would read as the hub speaking. The administrator's own name is given by the hub alone.
    private static readonly FrozenSet<string> s_reserved = FrozenSet.Create(
        StringComparer.Ordinal,
        "about", "account", "accounts", "administrator", "anonymous", "api", "assets", "billing", "contact", "content", "deleted", "docs",
        "editor", "erased", "everyone", "gallery", "guest", "health", "help", "hub", "imprint", "info", "invite", "language", "legal",
        "login", "logout", "mail", "me", "moderator", "new", "nobody", "null", "official", "owner", "packages", "password", "postmaster",
        "privacy", "pyscript", "register", "reset", "root", "runtime", "search", "security", "settings", "setup", "sign-in", "sign-out",
        "sign-up", "staff", "static", "status", "support", "system", "templates", "terms", "undefined", "user", "users", "webmaster", "www");

    /// <summary>Says what is wrong with a name, or null where it may be taken.</summary>
    public static Sentence? Refuse(string name)
    {
        if (name.Length is < MinimumLength or > MaximumLength)
            return $"A user name has {MinimumLength} to {MaximumLength} characters.";
        if (!Allowed().IsMatch(name))
            return "A user name has lower-case letters a to z, digits and single hyphens between them.";
        return s_reserved.Contains(name) ? "This user name is reserved. Choose another." : null;
    }

    [GeneratedRegex(@"^[a-z0-9]+(-[a-z0-9]+)*\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Allowed();
}
