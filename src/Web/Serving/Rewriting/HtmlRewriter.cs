using System.Buffers;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using PyScriptHub.Domain.SmokeRuns;

namespace PyScriptHub.Web.Serving.Rewriting;

/// <summary>
/// Makes a page that was written for a CDN run from this hub (design.md, "Serving a project's HTML"). AngleSharp finds
/// the places; everything around them stays byte for byte.
/// </summary>
public static class HtmlRewriter
{
    private static readonly SearchValues<char> NeedsQuotes = SearchValues.Create(" \t\r\n\f'=<>`");

    /// <summary>What a page is made of, and which release it names.</summary>
    public static PageFacts Inspect(byte[] bytes)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        return PageEncoding.Read(bytes) is { } page && !PageBounds.Exceeds(page.Text)
            ? Facts(HtmlSource.Parse(page.Text), new(target: null, hasTargetConfig: false), address => RuntimeAddress.Parse(address) is { IsLegacy: false })
            : PageFacts.Unreadable;
    }

    /// <summary>The page as it is served.</summary>
    public static RewrittenPage Rewrite(byte[] bytes, RewriteRequest request)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        ArgumentNullException.ThrowIfNull(request);
        if (PageEncoding.Read(bytes) is not { } page || PageBounds.Exceeds(page.Text)) return new(bytes, Charset: null, PageFacts.Unreadable);

        var source = HtmlSource.Parse(page.Text);
        bool IsLed(string address) => request.Map.Map(address) is not null;
        var facts = Facts(source, new(target: null, hasTargetConfig: false), IsLed);
        var edits = new SourceEdits(source.Text);
        if (!facts.ReferencesRuntime && !request.LoadsRuntimeElsewhere)
        {
            if (request.Bridge is { } bridge) edits.Insert(BeforeScripts(source) ?? BeforeContent(source), BridgeLine(bridge));
            if (!request.Map.Libraries.IsEmpty) LeadAll(source, request.Map, ledConfigs: [], edits);
            return new(edits.Any ? page.Write(edits.Apply()) : bytes, page.Charset, facts);
        }

        // A bare PolyScript page has the interpreter that it names: its types are no tags of PyScript's.
        var target = facts.ReferencesPyScript ? request.Interpreter : null;
        var change = SwitchOf(source, target);
        change.Apply(source, edits);
        if (target is not null) facts = Facts(source, change, IsLed);

        LeadAll(source, request.Map, LeadConfigs(source, change, request, edits), edits);
        InsertBeforeScripts(source, change, facts, request, edits);
        return new(edits.Any ? page.Write(edits.Apply()) : bytes, page.Charset, facts);
    }

    /// <summary>The configs that a page names for Pyodide.</summary>
    /// <param name="interpreter">What <c>?interpreter=</c> asks for; null leaves the page's own.</param>
    public static IReadOnlyList<PageConfig> Configs(byte[] bytes, Interpreter? interpreter)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        if (PageEncoding.Read(bytes) is not { } page || PageBounds.Exceeds(page.Text)) return [];
        var source = HtmlSource.Parse(page.Text);
        return [.. PageConfigs.Of(source, SwitchOf(source, interpreter)).Select(place => place.Config)];
    }

    private static InterpreterSwitch SwitchOf(HtmlSource source, Interpreter? target)
    {
        var wanted = target is Interpreter.Micropython ? "mpy-config" : "py-config";
        return new(target, hasTargetConfig: source.Tags.Any(tag => tag.Name == wanted));
    }

    private static void LeadAll(HtmlSource source, AddressMap map, HashSet<int> ledConfigs, SourceEdits edits)
    {
        foreach (var place in Places(source)) Lead(place, map, edits);
        LibraryConfigs.Lead(source, map, ledConfigs, edits);
        foreach (var policy in source.Tags.Where(IsPolicy)) Allow(policy, map.RuntimeUrl, edits);
    }

    // Answers where the configs stand that are led to the lock, and to their libraries with it.
    private static HashSet<int> LeadConfigs(HtmlSource source, InterpreterSwitch change, RewriteRequest request, SourceEdits edits)
    {
        var done = new HashSet<int>();
        foreach (var (config, attribute, start, end) in PageConfigs.Of(source, change))
        {
            if (config.Text is not { } text) continue;
            // As the page writes it, where that is what the browser reads; else with what is markup escaped.
            var isPlain = attribute is null && source.Text.AsSpan(start, end - start).IndexOfAny('&', '<') < 0;
            if (request.Lock?.Lead(isPlain ? source.Text[start..end] : text, config.IsJson) is not { } locked) continue;
            done.Add(attribute?.ValueStart ?? start);
            var led = ConfigAddresses.Lead(locked, request.Map.Libraries, request.Map.RuntimeUrl);
            if (attribute is not null) Put(attribute, led, edits);
            else edits.Replace(start, end, isPlain ? led : led.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal));
        }
        if (request.IsLedFile is not { } isLed) return done;
        foreach (var (config, attribute, _, _) in PageConfigs.FilesOfMicropython(source, change).Where(place => isLed(place.Config.File!)))
            Put(attribute!, config.File + (config.File!.Contains('?', StringComparison.Ordinal) ? "&" : "?") + PageLock.AsStored, edits);
        return done;
    }

    // An address in the page: in an attribute, or as a literal in the body of a script or a style.
    private sealed record Place(string Address, int Start, StartTag Tag, TagAttribute? Attribute, SourceLiteral Literal);

    private static IEnumerable<Place> Places(HtmlSource source)
    {
        foreach (var tag in source.Tags.Where(tag => tag.Element is not null && tag.IsHtml))
        {
            if (tag.Name is "script" && tag["src"] is { HasValue: true } src) yield return new(src.Value, src.ValueStart, tag, src, default);
            else if (tag.Name is "link" && tag["href"] is { HasValue: true } href) yield return new(href.Value, href.ValueStart, tag, href, default);
            else if (tag.Body is { } body)
            {
                var text = source.Text[body];
                var literals = tag.Name is "style"
                    ? StyleLiterals.In(text)
                    : Kind(tag) is { } kind ? JavaScriptLiterals.In(text, isModule: kind is not ScriptKind.Classic) : [];
                foreach (var literal in literals)
                {
                    var start = body.Start.Value + literal.Start;
                    yield return new(literal.Value, start, tag, Attribute: null, literal with { Start = start, End = body.Start.Value + literal.End });
                }
            }
        }
    }

    private enum ScriptKind
    {
        Classic,
        Module,
        ImportMap,
    }

    // html.spec.whatwg.org, "prepare the script element"; null for what the browser does not run.
    private static ScriptKind? Kind(StartTag tag) => tag["type"]?.Value.Trim().ToLowerInvariant() switch
    {
        null or "" or "text/javascript" or "application/javascript" or "text/ecmascript" or "application/ecmascript"
            or "application/x-javascript" or "text/x-javascript" or "text/jscript" => ScriptKind.Classic,
        "module" => ScriptKind.Module,
        "importmap" => ScriptKind.ImportMap,
        _ => null,
    };

    private static void Lead(Place place, AddressMap map, SourceEdits edits)
    {
        if (map.Map(place.Address) is not { } address) return;
        if (place.Attribute is not { } attribute)
        {
            edits.Replace(place.Literal.Start, place.Literal.End, address);
            return;
        }

        Put(attribute, address, edits);
        // A sum over another host's bytes, and a request with cookies, which an answer for everyone cannot grant.
        if (place.Tag["integrity"] is { } integrity) Remove(integrity, edits);
        if (place.Tag["crossorigin"] is { HasValue: true } cors && cors.Value.Equals("use-credentials", StringComparison.OrdinalIgnoreCase))
        {
            Put(cors, "anonymous", edits);
        }
    }

    internal static void Put(TagAttribute attribute, string value, SourceEdits edits)
    {
        var escaped = value.Replace("&", "&amp;", StringComparison.Ordinal);
        escaped = attribute.Quote == '\''
            ? escaped.Replace("'", "&#39;", StringComparison.Ordinal)
            : escaped.Replace("\"", "&quot;", StringComparison.Ordinal);
        if (attribute.Quote == '\0' && escaped.AsSpan().ContainsAny(NeedsQuotes)) escaped = "\"" + escaped + "\"";
        edits.Replace(attribute.ValueStart, attribute.ValueEnd, escaped);
    }

    private static void Remove(TagAttribute attribute, SourceEdits edits)
    {
        var end = attribute.HasValue ? attribute.ValueEnd + (attribute.Quote == '\0' ? 0 : 1) : attribute.NameEnd;
        edits.Replace(attribute.NameStart, end, "");
    }

    private static bool IsPolicy(StartTag tag) =>
        tag is { Name: "meta", Element: not null } && tag["content"] is { HasValue: true }
        && string.Equals(tag["http-equiv"]?.Value, "content-security-policy", StringComparison.OrdinalIgnoreCase);

    // Where a page's own policy allows a host whose addresses are led here, it allows this hub's runtime too.
    private static void Allow(StartTag policy, string runtime, SourceEdits edits)
    {
        var content = policy["content"]!;
        var origin = new Uri(runtime).GetLeftPart(UriPartial.Authority);
        var directives = content.Value.Split(';').Select(directive =>
            directive.Split(' ', '\t', '\n', '\r').Any(IsKnownHost) ? directive.TrimEnd() + " " + origin : directive);
        var allowed = string.Join(';', directives);
        if (allowed != content.Value) Put(content, allowed, edits);

        static bool IsKnownHost(string source)
        {
            var host = source.AsSpan();
            var scheme = host.IndexOf("://");
            if (scheme >= 0) host = host[(scheme + 3)..];
            var slash = host.IndexOf('/');
            return RuntimeAddress.Hosts.Concat(LibraryAddress.Hosts).Contains((slash < 0 ? host : host[..slash]).ToString(), StringComparer.OrdinalIgnoreCase);
        }
    }

    private static void InsertBeforeScripts(HtmlSource source, InterpreterSwitch change, PageFacts facts, RewriteRequest request, SourceEdits edits)
    {
        var bridge = request.Bridge is null ? "" : BridgeLine(request.Bridge);
        if (BeforeScripts(source) is not { } at)
        {
            if (bridge.Length > 0) edits.Insert(BeforeContent(source), bridge);
            return;
        }

        // Until Chromium 133, and elsewhere still, an import map is refused once a module was asked for, by a link too.
        var lastMap = source.Tags.LastOrDefault(tag => !tag.IsInert && tag.Body is not null && tag.Name is "script" && Kind(tag) is ScriptKind.ImportMap);
        var linksAt = lastMap is null ? at : source.Text.IndexOf('>', lastMap.Body!.Value.End.Value) + 1;
        var address = source.Tags.FirstOrDefault(tag => tag is { Name: "base", Element: not null, IsInert: false } && tag["href"] is not null);
        var links = PreloadLinks.For(source, change, facts, request, mayBeRelative: address is null || address.Start < linksAt);

        if (lastMap is not null)
        {
            edits.Insert(at, bridge + StorageLines(request.StorageScript));
            if (linksAt > 0) edits.Insert(linksAt, links);
        }
        else edits.Insert(at, links + bridge + StorageLines(request.StorageScript));
    }

    // In front of the page's own policy too, which would forbid the lines and has no say over what stands before it.
    private static int? BeforeScripts(HtmlSource source) =>
        source.Tags.FirstOrDefault(tag => tag is { Name: "script", Element: not null, IsInert: false }) is { } script
            ? source.Tags.Where(IsPolicy).Append(script).Min(tag => OutermostStart(source, tag))
            : null;

    // After the doctype, without which the page would be laid out as in 1998, and before whatever the page shows.
    private static int BeforeContent(HtmlSource source) =>
        source.Tags.Where(tag => tag is { Element: not null, IsInert: false } && tag.Name is not ("html" or "head"))
            .Select(tag => OutermostStart(source, tag)).DefaultIfEmpty(source.Text.Length).Min();

    // On one line with what follows: the lines of a traceback stay those of the file.
    private static string BridgeLine(Bridge bridge) =>
        $"<script src=\"{bridge.Script}\" data-hub=\"{bridge.Hub}\"{(bridge.IsFramedOnly ? " data-framed" : "")}></script>";

    // In SVG or MathML a script's text would be read as markup: such a one is stepped out of.
    private static int OutermostStart(HtmlSource source, StartTag tag)
    {
        var start = tag.Start;
        for (var parent = tag.Element?.ParentElement; parent is not null; parent = parent.ParentElement)
        {
            if (parent is IHtmlElement) continue;
            // AngleSharp 1.10.3 keeps no reference for the <svg> and <math> that open foreign content.
            start = Math.Min(start, parent.SourceReference?.Position.Index
                ?? source.Tags.LastOrDefault(other => other.Start < start && other.Name == parent.LocalName)?.Start
                ?? start);
        }

        return source.Text[start] == '<' ? start : tag.Start;
    }

    // Storage is denied to frames of another site and by a sandbox; only there is the stand-in loaded. `location.origin` and not a
    // path, since a page may have a <base>; the lines take themselves out, so that a page's first script is its own.
    private static string StorageLines(string path) =>
        "<script>try{localStorage.length}catch(e){document.write('<script src=\"'+location.origin+'" + path
        + "\"><\\/script>')}document.currentScript.remove()</script>";

    private static PageFacts Facts(HtmlSource source, InterpreterSwitch change, Func<string, bool> isLed)
    {
        var addresses = Places(source).OrderBy(place => place.Start).Select(place => (place.Address, place.Attribute, Runtime: RuntimeAddress.Parse(place.Address))).ToList();
        var pyscript = addresses.Where(address => address.Runtime is { Product: RuntimeProduct.PyScript }).Select(address => address.Runtime!).ToList();
        var polyscript = addresses.Exists(address => address.Runtime is { Product: RuntimeProduct.PolyScript });

        // Bare PolyScript has no tags of its own but those that a page defines.
        var isBare = polyscript && pyscript.Count == 0;
        var scripts = new List<PageScript>();
        var interpreters = new HashSet<Interpreter>();
        var usesTags = false;
        foreach (var tag in source.Tags.Where(tag => !tag.IsInert && tag.Element is not null))
        {
            foreach (var name in tag.Attributes.Select(attribute => attribute.Name).Where(name => !isBare && InterpreterSwitch.IsEvent(name))) Uses(change.Of(name));
            var type = tag.Name is "script" ? change.OfType(tag["type"]?.Value.ToLowerInvariant() ?? "")
                : change.OfTag(tag.Name) is "py-script" or "mpy-script" ? change.OfTag(tag.Name)[..^7]
                : null;
            if (type is "py" or "mpy" or "py-editor" or "mpy-editor" or "py-game" && !isBare) Uses(type);
            else if (!(polyscript && type is "pyodide" or "micropython")) continue;
            var interpreter = type is "micropython" || type.StartsWith('m') ? Interpreter.Micropython : Interpreter.Pyodide;
            interpreters.Add(interpreter);
            var file = tag["src"]?.Value ?? (tag["worker"]?.Value is { Length: > 0 } worker ? worker : null);
            scripts.Add(new(type, interpreter, file, IsWorker: tag["worker"] is not null || type.EndsWith("-editor", StringComparison.Ordinal)));
        }

        return new()
        {
            // With the PyScript of 2022, the tags are that one's.
            ReferencesPyScript = pyscript.Exists(address => !address.IsLegacy) || (usesTags && pyscript.Count == 0),
            ReferencesPolyScript = polyscript,
            ReferencesCoincident = addresses.Exists(address => address.Runtime is { Product: RuntimeProduct.Coincident }),
            Named = (pyscript.Find(address => address.IsCore) ?? pyscript.Find(address => !address.IsLegacy))?.Version,
            Interpreters = interpreters,
            Scripts = scripts,
            OutsideAddresses = [.. addresses
                .Where(address => (address.Attribute is not null || address.Runtime is not null) && IsOutside(address.Address) && !isLed(address.Address))
                .Select(address => address.Address.Trim())
                .Distinct(StringComparer.Ordinal)],
            Libraries = [.. addresses.Select(address => address.Address.Trim()).Where(address => LibraryAddress.Parse(address) is not null)
                .Concat(LibraryConfigs.In(source)).Distinct(StringComparer.Ordinal)],
        };

        void Uses(string name)
        {
            usesTags = true;
            interpreters.Add(name.StartsWith('m') ? Interpreter.Micropython : Interpreter.Pyodide);
        }
    }

    private static bool IsOutside(string address)
    {
        var text = address.AsSpan().Trim();
        return text.StartsWith("//", StringComparison.Ordinal)
            || text.StartsWith("https://", StringComparison.OrdinalIgnoreCase)
            || text.StartsWith("http://", StringComparison.OrdinalIgnoreCase);
    }
}
