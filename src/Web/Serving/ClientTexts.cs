using Microsoft.Extensions.Localization;
using PyScriptHub.Web.Http;

namespace PyScriptHub.Web.Serving;

/// <summary>What the scripts of a page say in its language. They say English by themselves.</summary>
sealed class ClientTexts(ClientAssets assets, ScriptJson json, IStringLocalizer<Texts> texts)
{
    /// <summary>English text → translation for all texts of these entries, as JSON that may stand in a script element; null in English.</summary>
    public string? JsonOf(params IEnumerable<string> entries)
    {
        var translated = entries.SelectMany(entry => assets[entry].Texts).Distinct(StringComparer.Ordinal).Select(key => texts[key])
            .Where(text => !text.ResourceNotFound && text.Value != text.Name).ToDictionary(text => text.Name, text => text.Value, StringComparer.Ordinal);
        return translated.Count == 0 ? null : json.Of(translated);
    }
}
