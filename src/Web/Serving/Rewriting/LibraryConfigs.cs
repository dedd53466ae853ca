namespace PyScriptHub.Web.Serving.Rewriting;

/// <summary>The addresses of libraries in the configs that stand in a page: in elements of their own, and in attributes.</summary>
static class LibraryConfigs
{
    /// <summary>The addresses in order.</summary>
    public static IEnumerable<string> In(HtmlSource source) =>
        Elements(source).SelectMany(range => ConfigAddresses.In(source.Text[range])).Concat(Attributes(source).SelectMany(attribute => ConfigAddresses.In(attribute.Value)));

    /// <summary>Leads the addresses to the hub; nothing else in a config changes.</summary>
    /// <param name="except">Where configs stand that are led already.</param>
    public static void Lead(HtmlSource source, AddressMap map, HashSet<int> except, SourceEdits edits)
    {
        foreach (var range in Elements(source).Where(range => !except.Contains(range.Start.Value)))
        {
            var text = source.Text[range];
            var led = ConfigAddresses.Lead(text, map.Libraries, map.RuntimeUrl);
            if (!ReferenceEquals(led, text)) edits.Replace(range.Start.Value, range.End.Value, led);
        }
        foreach (var attribute in Attributes(source).Where(attribute => !except.Contains(attribute.ValueStart)))
        {
            var led = ConfigAddresses.Lead(attribute.Value, map.Libraries, map.RuntimeUrl);
            if (!ReferenceEquals(led, attribute.Value)) HtmlRewriter.Put(attribute, led, edits);
        }
    }

    private static IEnumerable<Range> Elements(HtmlSource source)
    {
        foreach (var tag in source.Tags.Where(tag => tag is { Element: not null, IsInert: false, Name: "py-config" or "mpy-config" }))
        {
            var end = source.EndTags.FirstOrDefault(end => end.Start >= tag.End && end.Name == tag.Name);
            if (end.Name is not null) yield return tag.End..end.Start;
        }
    }

    // A config in an attribute is JSON or TOML itself; else it is the address of a file.
    private static IEnumerable<TagAttribute> Attributes(HtmlSource source) =>
        source.Tags.Where(tag => tag is { Element: not null, IsInert: false }).Select(tag => tag["config"])
            .OfType<TagAttribute>().Where(attribute => attribute.HasValue && attribute.Value.Contains("js_modules", StringComparison.Ordinal));
}
