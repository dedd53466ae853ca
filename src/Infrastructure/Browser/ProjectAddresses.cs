namespace PyScriptHub.Infrastructure.Browser;

/// <summary>Which addresses are whose: the project's that is run, the runtime's, or outside.</summary>
sealed class ProjectAddresses
{
    private readonly string _content;
    private readonly string _runtime;

    public ProjectAddresses(PageToOpen page)
    {
        var address = new Uri(page.Address);
        _content = address.GetLeftPart(UriPartial.Authority);
        _runtime = page.Runtime;
        Files = page.Files.ToHashSet(StringComparer.Ordinal);
        // The longest, since a folder may hold a page of the same name as the root.
        Page = Files.Where(file => address.AbsolutePath.EndsWith("/" + Escape(file), StringComparison.Ordinal)).MaxBy(file => file.Length)
            ?? (Files.Contains("index.html") ? "index.html" : Files.Where(IsPage).Order(StringComparer.Ordinal).FirstOrDefault() ?? "index.html");
        Root = address.AbsolutePath.EndsWith("/" + Escape(Page), StringComparison.Ordinal)
            ? _content + address.AbsolutePath[..^Escape(Page).Length]
            : _content + address.AbsolutePath[..(address.AbsolutePath.LastIndexOf('/') + 1)];
    }

    public IReadOnlySet<string> Files { get; }

    /// <summary>The path of the page that is opened.</summary>
    public string Page { get; }

    /// <summary>The project's root, which ends in a slash.</summary>
    public string Root { get; }

    public bool IsProject(string url) => url.StartsWith(Root, StringComparison.Ordinal);

    /// <summary>A path below the runtime's origin; null for an address that is elsewhere.</summary>
    public string? RuntimePath(string url) => url.StartsWith(_runtime + "/", StringComparison.Ordinal) ? url[_runtime.Length..] : null;

    public bool IsOutside(string url) => Uri.TryCreate(url, UriKind.Absolute, out var uri)
        && uri.Scheme is "http" or "https" or "ws" or "wss"
        && !Same(uri, _content) && !Same(uri, _runtime);

    /// <summary>The project's file at an address, which may be relative to a page; null for none.</summary>
    public string? FileAt(string url, string relativeTo)
    {
        if (!Uri.TryCreate(relativeTo, UriKind.Absolute, out var start) || !Uri.TryCreate(start, url, out var uri)) return null;
        var address = uri.GetLeftPart(UriPartial.Path);
        if (!IsProject(address)) return null;
        var path = Uri.UnescapeDataString(address[Root.Length..]);
        if (path.Length == 0) path = Page;
        return Files.Contains(path) ? path : null;
    }

    /// <summary>Where a file of the project is.</summary>
    public Uri AddressOf(string path) => new(Root + Escape(path));

    // A WebSocket's address has another scheme than its page's.
    private static bool Same(Uri uri, string origin) => Uri.TryCreate(origin, UriKind.Absolute, out var other)
        && uri.Authority.Equals(other.Authority, StringComparison.OrdinalIgnoreCase);

    private static bool IsPage(string file) => file.EndsWith(".html", StringComparison.OrdinalIgnoreCase) || file.EndsWith(".htm", StringComparison.OrdinalIgnoreCase);

    private static string Escape(string path) => string.Join('/', path.Split('/').Select(Uri.EscapeDataString));
}
