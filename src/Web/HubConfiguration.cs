using System.Globalization;
using System.Net;
using System.Net.Mail;
using System.Reflection;
using PyScriptHub.Domain.Accounts;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Infrastructure.Browser;

namespace PyScriptHub.Web;

/// <summary>A setting that the hub cannot start with. The message names the key and what to write.</summary>
public sealed class HubConfigurationException(string key, string why) : Exception($"{key}: {why}")
{
    /// <summary>The key as it stands in configuration, for example <c>Hub:PublicUrl</c>.</summary>
    public string Key { get; } = key;
}

/// <summary>Reads <see cref="HubOptions"/> and refuses what the hub cannot mean.</summary>
public static class HubConfiguration
{
    /// <summary>Where the hub is reached when nothing else is said.</summary>
    public const string DefaultPublicUrl = "http://localhost:5080";

    private const int NobodyUid = 65_534;

    private static readonly string[] s_sections = ["Hub", "Smoke", "Packages"];

    private static readonly string[] s_lists = ["Packages:Upstreams", "Packages:FileHosts"];

    /// <summary>Every key under <c>Hub:</c>, <c>Smoke:</c> and <c>Packages:</c>, in the form in which it is documented.</summary>
    public static readonly IReadOnlyList<string> Keys =
    [
        "Hub:PublicUrl", "Hub:ContentDomain", "Hub:DataDirectory", "Hub:Roles", "Hub:Setup:AdminToken",
        "Hub:Import:PrivateHosts", "Hub:Registration", "Hub:TrustedProxies",
        "Hub:Smtp:Host", "Hub:Smtp:Port", "Hub:Smtp:User", "Hub:Smtp:Password", "Hub:Smtp:From", "Hub:Smtp:Tls",
        .. LimitProperties().Select(property => $"Hub:Limits:{property.Name}"),
        "Smoke:Browser", "Smoke:Sandbox", "Smoke:Parallel", "Smoke:Seconds", "Smoke:Upstream", "Smoke:Uid",
        "Packages:Upstreams", "Packages:FileHosts", "Packages:NpmRegistry", "Packages:MipIndex",
    ];

    /// <summary>Reads the options. Throws <see cref="HubConfigurationException"/> for a value that cannot be used.</summary>
    public static HubOptions Read(IConfiguration configuration, string defaultDataDirectory)
    {
        var publicUrl = ReadPublicUrl(configuration);
        var roles = ReadRoles(configuration);
        return new HubOptions
        {
            PublicUrl = publicUrl,
            ContentDomain = ReadContentDomain(configuration, publicUrl),
            DataDirectory = Path.GetFullPath(Value(configuration, "Hub:DataDirectory") ?? defaultDataDirectory),
            IsWeb = roles.Contains("web"),
            IsWorker = roles.Contains("worker"),
            AdminToken = ReadAdminToken(configuration),
            ConnectionString = Value(configuration, "ConnectionStrings:Hub"),
            PrivateImportHosts = ReadPrivateHosts(configuration),
            Registration = ReadRegistration(configuration),
            TrustedProxies = ReadTrustedProxies(configuration),
            Smtp = ReadSmtp(configuration),
            Limits = ReadLimits(configuration),
            Smoke = ReadSmoke(configuration),
            Packages = ReadPackages(configuration),
        };
    }

    /// <summary>Keys under <c>Hub:</c>, <c>Smoke:</c> and <c>Packages:</c> that mean nothing: a typing mistake that would otherwise be silent.</summary>
    public static IReadOnlyList<string> UnknownKeys(IConfiguration configuration) =>
        [.. s_sections.SelectMany(section => configuration.GetSection(section).AsEnumerable())
            .Where(pair => pair.Value is not null && !Keys.Contains(pair.Key, StringComparer.OrdinalIgnoreCase) && !IsEntryOfList(pair.Key))
            .Select(pair => pair.Key).Order(StringComparer.Ordinal)];

    // Lists may be written as one value with commas, or as an entry each: Packages:Upstreams:0.
    private static bool IsEntryOfList(string key) => s_lists.Any(list =>
        key.StartsWith(list + ":", StringComparison.OrdinalIgnoreCase) && key.AsSpan(list.Length + 1).IndexOfAnyExceptInRange('0', '9') < 0);

    private static Uri ReadPublicUrl(IConfiguration configuration)
    {
        var text = Value(configuration, "Hub:PublicUrl") ?? FromListenAddress(configuration) ?? DefaultPublicUrl;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
            throw new HubConfigurationException("Hub:PublicUrl", $"'{text}' is no address. Write one such as {DefaultPublicUrl}.");
        if (url.AbsolutePath != "/" || url.Query.Length > 0 || url.Fragment.Length > 0 || url.UserInfo.Length > 0)
            throw new HubConfigurationException("Hub:PublicUrl", $"'{text}' has more than scheme, host and port.");
        return url;
    }

    // `--urls http://localhost:6000` alone is enough to move a local hub.
    private static string? FromListenAddress(IConfiguration configuration)
    {
        var listen = Value(configuration, "urls")?.Split(';')[0];
        if (listen is null) return null;
        var address = BindingAddress.Parse(listen);
        return address.Port > 0 ? $"{address.Scheme}://localhost:{address.Port.ToString(CultureInfo.InvariantCulture)}" : null;
    }

    private static string ReadContentDomain(IConfiguration configuration, Uri publicUrl)
    {
        if (Value(configuration, "Hub:ContentDomain") is not { } domain)
        {
            return publicUrl.Host == "localhost" ? "localhost" : throw new HubConfigurationException(
                "Hub:ContentDomain", $"must be set when Hub:PublicUrl is {publicUrl.Host}: a domain other than the hub's, whose sub-domains all lead here.");
        }
        if (Uri.CheckHostName(domain) is not UriHostNameType.Dns)
            throw new HubConfigurationException("Hub:ContentDomain", $"'{domain}' is no domain name. Write it without scheme, port and star.");
        if (domain != "localhost" && (Within(publicUrl.Host, domain) || Within(domain, publicUrl.Host)))
        {
            throw new HubConfigurationException(
                "Hub:ContentDomain", $"'{domain}' and the hub's own name {publicUrl.Host} share a domain, so that projects could plant cookies for the hub. Use another domain.");
        }
        return domain.ToLowerInvariant();
    }

    private static bool Within(string host, string domain) =>
        host.Equals(domain, StringComparison.OrdinalIgnoreCase) || host.EndsWith("." + domain, StringComparison.OrdinalIgnoreCase);

    private static HashSet<string> ReadRoles(IConfiguration configuration)
    {
        var words = (Value(configuration, "Hub:Roles") ?? "web,worker").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 0 || words.Any(word => word is not ("web" or "worker")))
            throw new HubConfigurationException("Hub:Roles", $"'{string.Join(',', words)}' is not web, worker or web,worker.");
        return [.. words];
    }

    private static string? ReadAdminToken(IConfiguration configuration)
    {
        var token = Value(configuration, "Hub:Setup:AdminToken");
        return token is { Length: < 16 }
            ? throw new HubConfigurationException("Hub:Setup:AdminToken", "has fewer than 16 characters. Use a long random secret.")
            : token;
    }

    private static string[] ReadPrivateHosts(IConfiguration configuration)
    {
        var hosts = (Value(configuration, "Hub:Import:PrivateHosts") ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return Array.Find(hosts, host => !Uri.TryCreate($"http://{host}/", UriKind.Absolute, out var url) || url.AbsolutePath != "/" || url.UserInfo.Length > 0) is { } wrong
            ? throw new HubConfigurationException("Hub:Import:PrivateHosts", $"'{wrong}' is no host. Write names or name:port, with commas between.")
            : hosts;
    }

    private static Registration ReadRegistration(IConfiguration configuration)
    {
        var text = Value(configuration, "Hub:Registration") ?? "closed";
        return text.All(char.IsAsciiLetter) && Enum.TryParse<Registration>(text, ignoreCase: true, out var registration)
            ? registration
            : throw new HubConfigurationException("Hub:Registration", $"'{text}' is not open, invite or closed.");
    }

    private static List<IPNetwork> ReadTrustedProxies(IConfiguration configuration)
    {
        var networks = new List<IPNetwork>();
        foreach (var word in (Value(configuration, "Hub:TrustedProxies") ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (IPAddress.TryParse(word, out var address)) networks.Add(new IPNetwork(address, address.GetAddressBytes().Length * 8));
            else if (IPNetwork.TryParse(word, out var network)) networks.Add(network);
            else throw new HubConfigurationException("Hub:TrustedProxies", $"'{word}' is no address and no network. Write for example 10.0.0.2 or 10.0.0.0/24, with commas between.");
        }
        return networks;
    }

    private static SmtpOptions? ReadSmtp(IConfiguration configuration)
    {
        if (Value(configuration, "Hub:Smtp:Host") is not { } host) return null;
        var from = Value(configuration, "Hub:Smtp:From") ?? throw new HubConfigurationException("Hub:Smtp:From", "must be set where Hub:Smtp:Host is: the address that letters come from.");
        if (!MailAddress.TryCreate(from, out _)) throw new HubConfigurationException("Hub:Smtp:From", $"'{from}' is no mail address.");
        var port = Value(configuration, "Hub:Smtp:Port") ?? "587";
        if (!int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number is < 1 or > 65535)
            throw new HubConfigurationException("Hub:Smtp:Port", $"'{port}' is no port.");
        var tls = Value(configuration, "Hub:Smtp:Tls") ?? "true";
        if (!bool.TryParse(tls, out var usesTls)) throw new HubConfigurationException("Hub:Smtp:Tls", $"'{tls}' is not true or false.");
        return new SmtpOptions(host, number, Value(configuration, "Hub:Smtp:User"), Value(configuration, "Hub:Smtp:Password"), from, usesTls);
    }

    private static ProjectLimits ReadLimits(IConfiguration configuration)
    {
        var limits = new ProjectLimits();
        foreach (var property in LimitProperties())
        {
            var key = $"Hub:Limits:{property.Name}";
            if (Value(configuration, key) is not { } text) continue;
            if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number < 1
                || (property.PropertyType == typeof(int) && number > int.MaxValue))
                throw new HubConfigurationException(key, $"'{text}' is not a whole number above 0.");
            property.SetValue(limits, Convert.ChangeType(number, property.PropertyType, CultureInfo.InvariantCulture));
        }
        return limits;
    }

    private static IEnumerable<PropertyInfo> LimitProperties() =>
        typeof(ProjectLimits).GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite);

    private static SmokeOptions ReadSmoke(IConfiguration configuration)
    {
        var smoke = new SmokeOptions { Browser = Value(configuration, "Smoke:Browser"), Upstream = Value(configuration, "Smoke:Upstream") };
        if (Value(configuration, "Smoke:Sandbox") is { } sandbox)
        {
            smoke = sandbox.ToLowerInvariant() switch
            {
                "jail" => smoke,
                "none" => smoke with { Sandbox = SmokeSandbox.None },
                _ => throw new HubConfigurationException("Smoke:Sandbox", $"'{sandbox}' is not jail or none."),
            };
        }
        if (smoke.Upstream is { } upstream && (!Uri.TryCreate($"http://{upstream}/", UriKind.Absolute, out var url) || url.Authority != upstream || upstream.Contains('@', StringComparison.Ordinal)))
            throw new HubConfigurationException("Smoke:Upstream", $"'{upstream}' is no host:port. Write for example hub:8080.");
        var uid = ReadNumber(configuration, "Smoke:Uid", (int)smoke.Uid, int.MaxValue);
        if (uid == NobodyUid) throw new HubConfigurationException("Smoke:Uid", $"{NobodyUid} is nobody, whom the hub's own database runs as. Choose a number that no user has.");
        return smoke with
        {
            Uid = (uint)uid,
            Parallel = ReadNumber(configuration, "Smoke:Parallel", smoke.Parallel, 64),
            Within = TimeSpan.FromSeconds(ReadNumber(configuration, "Smoke:Seconds", (int)smoke.Within.TotalSeconds, 600)),
        };
    }

    private static PackageOptions ReadPackages(IConfiguration configuration)
    {
        var packages = new PackageOptions
        {
            Upstreams = [.. ReadList(configuration, "Packages:Upstreams").Select(text => ReadIndex("Packages:Upstreams", text))],
            NpmRegistry = Value(configuration, "Packages:NpmRegistry") is { } registry ? ReadIndex("Packages:NpmRegistry", registry) : null,
            MipIndex = Value(configuration, "Packages:MipIndex") is { } mip ? ReadIndex("Packages:MipIndex", mip) : null,
        };
        var hosts = ReadList(configuration, "Packages:FileHosts");
        if (hosts.Find(host => Uri.CheckHostName(host) is UriHostNameType.Unknown) is { } wrong)
            throw new HubConfigurationException("Packages:FileHosts", $"'{wrong}' is no host. Write names, with commas between.");
        return hosts.Count > 0 ? packages with { FileHosts = hosts } : packages;
    }

    private static List<string> ReadList(IConfiguration configuration, string key) =>
        [.. (Value(configuration, key) ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Concat(configuration.GetSection(key).GetChildren().Select(child => child.Value?.Trim()).OfType<string>().Where(text => text.Length > 0))];

    private static Uri ReadIndex(string key, string text) =>
        Uri.TryCreate(text.EndsWith('/') ? text : text + "/", UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.UserInfo.Length == 0 && url is { Query: "", Fragment: "" }
            ? url
            : throw new HubConfigurationException(key, $"'{text}' is no web address. Write for example https://pypi.org/simple.");

    private static int ReadNumber(IConfiguration configuration, string key, int otherwise, int most)
    {
        if (Value(configuration, key) is not { } text) return otherwise;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= most
            ? number
            : throw new HubConfigurationException(key, $"'{text}' is not a whole number from 1 to {most}.");
    }

    private static string? Value(IConfiguration configuration, string key) =>
        string.IsNullOrWhiteSpace(configuration[key]) ? null : configuration[key]!.Trim();
}
