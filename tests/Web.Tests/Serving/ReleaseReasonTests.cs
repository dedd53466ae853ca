using System.Xml.Linq;
using Microsoft.Extensions.Localization;
using PyScriptHub.Runtime.Assets.Catalog;
using PyScriptHub.Web.Serving;
using PyScriptHub.Web.Tests.Support;

namespace PyScriptHub.Web.Tests.Serving;

/// <summary>Why a page runs on its release is told in German too, whatever the reason is.</summary>
public sealed class ReleaseReasonTests
{
    private static readonly ReleaseResolution s_resolution = new(
        [Release("2024.1.1", "0.3.14"), Release("2025.11.1", "0.7.11"), Release("2026.3.1", "0.7.18"), Release("2026.7.3", "0.7.31", isDefault: true)],
        new Dictionary<string, string>(StringComparer.Ordinal) { ["2025.11.2"] = "0.7.11" });

    public static TheoryData<string?, string?, string?> Wishes() => new()
    {
        { "2026.3.1", null, null }, { "2025.11.2", null, null }, { "2026.1.1", null, null }, { "2023.1.1", null, null }, { "never", null, null },
        { null, "2026.3.1", null }, { null, "2025.11.2", null }, { null, "2026.1.1", null }, { null, "2023.1.1", null }, { null, "never", null },
        { null, null, "0.7.18" }, { null, null, "0.7.20" }, { null, null, "9.0.0" }, { null, null, "^0.7.0" }, { null, null, "next" }, { null, null, null },
    };

    [Theory]
    [MemberData(nameof(Wishes))]
    public void Every_reason_has_its_German(string? pin, string? tag, string? npm)
    {
        var resolved = s_resolution.Resolve(pin, tag is not null ? new NamedVersion.Tag(tag) : npm is not null ? new NamedVersion.Npm(npm) : null);
        var german = new GermanTexts().Reason(resolved.Sentence);
        german.ShouldNotBe(resolved.Sentence);
        german.ShouldContain(resolved.Release.Name);
        german.ShouldNotContain("{");
    }

    private static RuntimeRelease Release(string name, string core, bool isDefault = false) => new(name, core, "0.20.20", "314.0.2", "1.28.0-6", isDefault);

    // The file itself: what the resource manager would answer for German.
    private sealed class GermanTexts : IStringLocalizer<Texts>
    {
        private readonly Dictionary<string, string> _texts = XDocument.Load(Path.Combine(Repository.Root, "src", "Web", "Resources", "Texts.de.resx")).Root!
            .Elements("data").ToDictionary(data => data.Attribute("name")!.Value, data => data.Element("value")!.Value, StringComparer.Ordinal);

        public LocalizedString this[string name] => new(name, _texts[name]);

        public LocalizedString this[string name, params object[] arguments] =>
            new(name, string.Format(System.Globalization.CultureInfo.InvariantCulture, _texts[name], arguments));

        public IEnumerable<LocalizedString> GetAllStrings(bool includeParentCultures) => _texts.Select(text => new LocalizedString(text.Key, text.Value));
    }
}
