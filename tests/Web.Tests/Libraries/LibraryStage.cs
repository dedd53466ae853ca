using PyScriptHub.Web.Tests.Support;

namespace PyScriptHub.Web.Tests.Libraries;

/// <summary>A registry with the packages of these tests, and a hub that asks it.</summary>
public sealed class LibraryStage : IAsyncLifetime
{
    private int _users;

    public NpmServer Registry { get; private set; } = null!;

    public HubServer Hub { get; private set; } = null!;

    public string Runtime => Hub.Url.Replace("//", "//runtime.", StringComparison.Ordinal);

    public async ValueTask InitializeAsync()
    {
        Registry = (await NpmServer.StartAsync())
            .Add("classic", "1.2.0", "\"main\": \"lib/index.js\"", ("lib/index.js", "window.classic = 'old'"))
            .Add("classic", "1.9.3", "\"main\": \"lib/index.js\", \"jsdelivr\": \"dist/classic.min.js\", \"unpkg\": \"./dist/classic\"",
                ("lib/index.js", "module.exports = 1"), ("dist/classic.min.js", "window.classic = 'min'"), ("dist/classic.js", "window.classic = 'new'"),
                ("dist/classic.css", ".classic { background: url(img/dot.png) }"), ("dist/img/dot.png", "not really"))
            .Add("scene", "0.5.1", "\"type\": \"module\", \"dependencies\": {\"@maths/vectors\": \"^2.0.0\"}, \"exports\": {\".\": {\"import\": \"./src/scene.js\"}, \"./addons/*\": \"./addons/*\", \"./tools\": {\"browser\": \"./src/tools.browser.js\", \"default\": \"./src/tools.js\"}}",
                ("src/scene.js", "import { length } from '@maths/vectors';\nexport const sceneLength = () => length(3, 4);\nexport default 'scene';"),
                ("src/tools.js", "import fs from 'fs';\nexport const where = fs.readFileSync;"), ("src/tools.browser.js", "export const where = 'browser-' + process.env.NODE_ENV;"),
                ("addons/orbit.js", "import main, { sceneLength } from 'scene';\nexport const orbit = main + sceneLength();"), ("src/hidden.js", "export const hidden = 'hidden-part';"))
            .Add("@maths/vectors", "1.0.0", "\"main\": \"index.js\"", ("index.js", "exports.length = () => 'too old';"))
            .Add("@maths/vectors", "2.4.0", "\"main\": \"index.js\"", ("index.js", "if (process.env.NODE_ENV === 'production') module.exports = require('./prod.js'); else exports.length = () => 'development';"),
                ("prod.js", "exports.length = (a, b) => Math.hypot(a, b);\nexports.unit = 1;"));
        Hub = await HubServer.StartAsync(options => options with { Packages = new PackageOptions { NpmRegistry = Registry.Address } });
    }

    public async ValueTask DisposeAsync()
    {
        await Hub.DisposeAsync();
        await Registry.DisposeAsync();
    }

    public Task<HttpClient> UserAsync() => Hub.UserAsync($"library-{Interlocked.Increment(ref _users)}");
}
