using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json;

namespace PyScriptHub.Figures;

/// <summary>A hub as people run it: the built program with a data folder of its own, on loopback, ended with this object.</summary>
internal sealed class RunningHub : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _data;
    private readonly string _program;

    private RunningHub(Process process, string program, string data, Uri url, string token)
    {
        (_process, _program, _data, Url) = (process, program, data, url);
        Administrator = new HttpClient { BaseAddress = url };
        Administrator.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    /// <summary>Where it listens, with a closing slash.</summary>
    public Uri Url { get; }

    /// <summary>Its data folder.</summary>
    public string DataDirectory => _data;

    /// <summary>A client of the API in the administrator's name.</summary>
    public HttpClient Administrator { get; }

    /// <summary>Starts the hub whose program HUB_PROGRAM names; the scripts in bench/ publish it first.</summary>
    public static async Task<RunningHub> StartAsync()
    {
        var program = Environment.GetEnvironmentVariable("HUB_PROGRAM") ?? throw new InvalidOperationException("Set HUB_PROGRAM to a published PyScriptHub.dll, as the scripts in bench/ do.");
        var folder = Directory.CreateTempSubdirectory("hub-figures-");
        // As root the database runs as another user, who must get in.
        if (!OperatingSystem.IsWindows()) folder.UnixFileMode |= UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        var data = folder.FullName;
        var url = new Uri($"http://localhost:{FreePort().ToString(CultureInfo.InvariantCulture)}/");
        var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        var process = Start(program, data, url, token, "serve");
        var hub = new RunningHub(process, program, data, url, token);
        for (var begun = Stopwatch.StartNew(); ; await Task.Delay(200))
        {
            try
            {
                using var ready = await hub.Administrator.GetAsync("health/ready");
                if (ready.IsSuccessStatusCode) return hub;
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }
            if (process.HasExited || begun.Elapsed > TimeSpan.FromMinutes(3)) throw new InvalidOperationException("The hub did not start.");
        }
    }

    /// <summary>Makes an account that signs in with a password.</summary>
    public async Task AddUserAsync(string name, string password)
    {
        using var process = Start(_program, _data, Url, token: null, "user", "create", name, "--password-stdin");
        await process.StandardInput.WriteLineAsync(password);
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new InvalidOperationException($"The user '{name}' could not be made.");
    }

    /// <summary>Makes a project of a template and publishes it for everybody.</summary>
    public async Task<JsonElement> PublishAsync(string name, string template)
    {
        var made = await ReadAsync(await Administrator.PostAsJsonAsync("api/v1/projects", new { name, template, visibility = "public" }));
        return await ReadAsync(await Administrator.PostAsync($"api/v1/projects/{made.GetProperty("id").GetString()}/publish", null));
    }

    public async ValueTask DisposeAsync()
    {
        Administrator.Dispose();
        using var stop = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await stop.WaitForExitAsync();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_data, recursive: true);
    }

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage response)
    {
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    private static Process Start(string program, string data, Uri url, string? token, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [program, .. arguments])
        {
            WorkingDirectory = Path.GetDirectoryName(program)!,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["Hub__DataDirectory"] = data;
        start.Environment["Hub__PublicUrl"] = url.GetLeftPart(UriPartial.Authority);
        if (token is not null) start.Environment["Hub__Setup__AdminToken"] = token;
        var process = Process.Start(start)!;
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, line) =>
        {
            if (line.Data?.Contains(" INF ", StringComparison.Ordinal) is false && line.Data.Length > 0) Console.Error.WriteLine(line.Data);
        };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
