namespace PyScriptHub.Browser.Tests.Pages;

/// <summary>A page of the hub as a person sees it.</summary>
/// <param name="Name">Its name in the files of pictures.</param>
/// <param name="Path">Its address on the hub; <c>{lesson}</c>, <c>{draft}</c>, <c>{code}</c> and the runs <c>{passed}</c>, <c>{failed}</c> and <c>{waiting}</c> stand for what the stage has.</param>
/// <param name="IsSignedIn">Whether it is looked at by the author of these projects.</param>
/// <param name="Status">What it answers.</param>
/// <param name="Settled">What is seen in the frame of the page once it is at rest; null where there is no frame.</param>
/// <param name="Ready">What is seen once the page's script has built it; null where the page comes whole from the hub.</param>
/// <param name="Press">The button that is pressed then; null where none is.</param>
public sealed record ShownPage(
    string Name, string Path, bool IsSignedIn = false, int Status = 200, string? Settled = null, string? Ready = null, string? Press = null)
{
    public override string ToString() => Name;
}

/// <summary>The one table of pages: all of them are looked at by axe and pictured in docs/screenshots.</summary>
public static class ShownPages
{
    public static IReadOnlyList<ShownPage> All { get; } =
    [
        new("start", "/"),
        new("start-signed-in", "/", IsSignedIn: true),
        new("search", "/?q=quiz"),
        new("new", "/new", IsSignedIn: true),
        new("project", "{lesson}", Settled: "#score"),
        new("project-author", "{lesson}", IsSignedIn: true, Settled: "#score"),
        new("project-draft", "{draft}", IsSignedIn: true),
        new("board", "/s/{code}/board"),
        new("runs", "{lesson}/runs"),
        new("runs-author", "{lesson}/runs", IsSignedIn: true, Press: "summary:has-text('Run it again')"),
        new("run", "{lesson}/runs/{passed}"),
        new("run-failed", "{lesson}/runs/{failed}", IsSignedIn: true),
        new("run-waiting", "{draft}/runs/{waiting}", IsSignedIn: true),
        new("packages", "/packages?q=scikit"),
        new("package", "/packages/numpy"),
        new("package-of-interpreter", "/packages/threading"),
        new("package-unknown", "/packages/nunpy", Status: 404),
        new("person", "/@ada"),
        new("error-404", "/@ada/nothing", Status: 404),
        new("sign-in", "/sign-in"),
        new("register", "/register"),
        new("editor", "{draft}/edit", IsSignedIn: true, Ready: ".cm-content"),
        new("editor-running", "{draft}/edit", IsSignedIn: true, Ready: ".cm-content", Press: ".button.run", Settled: "#greet:enabled"),
        new("editor-copy", "{lesson}/edit", Ready: ".cm-content"),
        new("account", "/account", IsSignedIn: true),
        new("account-erase", "/account/erase", IsSignedIn: true),
        new("admin", "/admin", IsSignedIn: true),
        new("admin-users", "/admin/users", IsSignedIn: true),
        new("admin-smoke-tests", "/admin/smoke-tests", IsSignedIn: true),
        new("editor-shared", "{lesson}/edit", IsSignedIn: true, Ready: ".cm-content", Press: ".button.share"),
        new("admin-registration", "/admin/registration", IsSignedIn: true),
        new("admin-releases", "/admin/releases", IsSignedIn: true),
        new("admin-packages", "/admin/packages", IsSignedIn: true),
        new("admin-reports", "/admin/reports", IsSignedIn: true),
        new("admin-texts", "/admin/texts", IsSignedIn: true),
    ];

    /// <summary>The names, as data of a test.</summary>
    public static TheoryData<string> Names() => [.. All.Select(page => page.Name)];

    /// <summary>A page by its name.</summary>
    public static ShownPage Of(string name) => All.Single(page => page.Name == name);
}
