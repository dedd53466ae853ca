using Microsoft.Extensions.Configuration;
using PyScriptHub.Web.Tests.Support;

namespace PyScriptHub.Web.Tests;

public sealed class ConfigurationTests
{
    [Theory]
    [InlineData("Hub:PublicUrl", "not an address")]
    [InlineData("Hub:PublicUrl", "ftp://hub.example")]
    [InlineData("Hub:PublicUrl", "http://hub.example/path")]
    [InlineData("Hub:ContentDomain", "https://content.example")]
    [InlineData("Hub:ContentDomain", "*.content.example")]
    [InlineData("Hub:Roles", "web,butler")]
    [InlineData("Smoke:Sandbox", "some")]
    [InlineData("Smoke:Parallel", "0")]
    [InlineData("Smoke:Seconds", "601")]
    [InlineData("Smoke:Upstream", "http://hub:8080")]
    [InlineData("Smoke:Uid", "0")]
    [InlineData("Smoke:Uid", "65534")]
    [InlineData("Hub:Setup:AdminToken", "short")]
    [InlineData("Hub:Import:PrivateHosts", "http://files.lan/path")]
    [InlineData("Hub:Registration", "sometimes")]
    [InlineData("Hub:Registration", "1")]
    [InlineData("Hub:TrustedProxies", "10.0.0.0/24, everybody")]
    [InlineData("Hub:TrustedProxies", "10.0.0.0/33")]
    [InlineData("Hub:Limits:FileBytes", "-1")]
    [InlineData("Hub:Limits:FileBytes", "25 MB")]
    [InlineData("Hub:Limits:Files", "99999999999")]
    public void A_value_that_cannot_be_used_is_refused_by_its_keys_name(string key, string value) =>
        Should.Throw<HubConfigurationException>(() => Read((key, value))).Message.ShouldStartWith(key + ":");

    [Fact]
    public void A_hub_that_is_not_local_needs_a_content_domain_of_its_own()
    {
        Should.Throw<HubConfigurationException>(() => Read(("Hub:PublicUrl", "https://hub.school.example"))).Key.ShouldBe("Hub:ContentDomain");
        Should.Throw<HubConfigurationException>(() => Read(("Hub:PublicUrl", "https://hub.school.example"), ("Hub:ContentDomain", "school.example"))).Key.ShouldBe("Hub:ContentDomain");
        Read(("Hub:PublicUrl", "https://hub.school.example"), ("Hub:ContentDomain", "UserContent.example")).ContentDomain.ShouldBe("usercontent.example");
    }

    [Fact]
    public void A_mail_server_needs_a_sender_and_a_port_that_is_one()
    {
        Should.Throw<HubConfigurationException>(() => Read(("Hub:Smtp:Host", "mail.example"))).Key.ShouldBe("Hub:Smtp:From");
        Should.Throw<HubConfigurationException>(() => Read(("Hub:Smtp:Host", "mail.example"), ("Hub:Smtp:From", "hub"))).Key.ShouldBe("Hub:Smtp:From");
        (string, string)[] rest = [("Hub:Smtp:Host", "mail.example"), ("Hub:Smtp:From", "hub@mail.example")];
        Should.Throw<HubConfigurationException>(() => Read([.. rest, ("Hub:Smtp:Port", "0")])).Key.ShouldBe("Hub:Smtp:Port");
        Should.Throw<HubConfigurationException>(() => Read([.. rest, ("Hub:Smtp:Tls", "maybe")])).Key.ShouldBe("Hub:Smtp:Tls");
        Read(rest).Smtp.ShouldBe(new SmtpOptions("mail.example", 587, null, null, "hub@mail.example", UsesTls: true));
        Read().Smtp.ShouldBeNull();
    }

    [Fact]
    public void Proxies_are_named_by_address_or_network() =>
        Read(("Hub:TrustedProxies", "10.0.0.2, 192.168.0.0/16,::1")).TrustedProxies.Select(network => network.ToString()).ShouldBe(["10.0.0.2/32", "192.168.0.0/16", "::1/128"]);

    [Fact]
    public void An_address_to_listen_on_moves_a_local_hub() =>
        Read(("urls", "http://localhost:6001")).PublicUrl.ShouldBe(new Uri("http://localhost:6001"));

    [Fact]
    public void A_key_that_means_nothing_is_named()
    {
        var configuration = Configuration(("Hub:PublicURL", "http://localhost:5080"), ("Hub:PublicUr", "x"), ("Hub:Limits:Flies", "1"));
        HubConfiguration.UnknownKeys(configuration).ShouldBe(["Hub:Limits:Flies", "Hub:PublicUr"]);
    }

    [Fact]
    public void Every_key_is_documented_and_every_documented_key_exists()
    {
        var documented = File.ReadAllLines(Path.Combine(Repository.Root, "docs", "configuration.md"))
            .Where(line => Array.Exists(["| `Hub:", "| `Smoke:", "| `Packages:"], start => line.StartsWith(start, StringComparison.Ordinal))).Select(line => line.Split('`')[1]);
        documented.Order().ShouldBe(HubConfiguration.Keys.Order());
    }

    private static HubOptions Read(params (string Key, string Value)[] settings) => HubConfiguration.Read(Configuration(settings), "/tmp/hub");

    private static IConfigurationRoot Configuration(params (string Key, string Value)[] settings) => new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value))).Build();
}
