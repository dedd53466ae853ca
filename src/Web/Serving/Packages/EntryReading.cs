using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Packages;
using PyScriptHub.Domain.Projects;

namespace PyScriptHub.Web.Serving.Packages;

/// <summary>Turns what configs list into requirements: names with versions, wheels of the project by their paths, and wheels on other hosts.</summary>
static class EntryReading
{
    private static readonly string[] s_ofInterpreter = ["emfs:", "file:"];

    /// <summary>
    /// The requirement that an entry stands for. Errors: <c>bad_requirement</c> with the place of the character, <c>no_such_wheel</c>,
    /// <c>bad_wheel_name</c> and those of a wheel that is none, <c>not_lockable</c> for a file that is made while the page runs.
    /// </summary>
    /// <param name="refused">Wheels of the project that are none: path → why.</param>
    public static Result<Requirement> Read(ListedPackage entry, Manifest manifest, IReadOnlyDictionary<string, Error> refused)
    {
        var text = entry.Text.Trim();
        if (Array.Exists(s_ofInterpreter, scheme => text.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)))
            return new Error.Invalid("not_lockable", $"'{FilePath.Show(text)}' is a file of the interpreter's own folder: what it holds is only known while the page runs.", "packages");
        if (!IsAddress(text)) return Requirement.Parse(text);
        if (Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https") return OfForeignWheel(url);
        var path = PageConfigReader.Resolve(entry.Base, text);
        if (manifest.Find(path) is null)
            return new Error.Invalid("no_such_wheel", $"The project has no file '{FilePath.Show(path)}', which its packages list.", "packages");
        if (refused.TryGetValue(path, out var error)) return error;
        var name = WheelFileName.Parse(path[(path.LastIndexOf('/') + 1)..]);
        return name.IsOk ? new Requirement(name.Value.Name, [], VersionSpecifiers.Any, OwnWheel.UrlOf(path), null) : name.Error;
    }

    private static bool IsAddress(string text) =>
        text.StartsWith('.') || text.StartsWith('/') || text.Contains("://", StringComparison.Ordinal) && !text.Contains('@', StringComparison.Ordinal)
        || text.EndsWith(".whl", StringComparison.OrdinalIgnoreCase) && !text.Contains('@', StringComparison.Ordinal);

    // The version that its name says, wherever the hub has it from: that host is not asked.
    private static Result<Requirement> OfForeignWheel(Uri url)
    {
        var name = WheelFileName.Parse(Uri.UnescapeDataString(url.Segments[^1]));
        return name.IsOk ? new Requirement(name.Value.Name, [], VersionSpecifiers.Exactly(name.Value.Version), null, null) : name.Error;
    }
}
