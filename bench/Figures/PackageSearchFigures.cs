using System.Diagnostics;
using Npgsql;
using PyScriptHub.Infrastructure.Persistence.Embedded;

namespace PyScriptHub.Figures;

/// <summary>How long the look-up of packages takes among many, as a person's browser would ask.</summary>
internal static class PackageSearchFigures
{
    private const double Bound = 30;
    private const int AsksPerRound = 1_000;

    // Word parts as names of packages have them; together they make more names than are wanted.
    private static readonly string[] s_first =
        ["py", "django", "flask", "aws", "async", "data", "easy", "fast", "graph", "http", "json", "kube", "micro", "ml", "net", "open", "rest", "simple", "test", "tiny", "web", "x", "cloud", "deep", "ez"];

    private static readonly string[] s_second =
        ["api", "auth", "cache", "client", "cli", "config", "core", "db", "docs", "event", "form", "gen", "index", "kit", "lib", "log", "mail", "model", "parse", "plot", "queue", "sdk", "tools", "utils", "view"];

    public static async Task<int> MeasureAsync(int rounds, int packages)
    {
        Console.WriteLine($"Starting a hub and loading {packages} packages …");
        await using var hub = await RunningHub.StartAsync();
        await LoadAsync(hub, packages);
        var p99s = new List<double>();
        Console.WriteLine($"Among {packages} packages, {AsksPerRound} asks a round over HTTP, in ms:");
        for (var round = 0; round <= rounds; round++)
        {
            var times = await AskAsync(hub, packages, round);
            // The first warms up what a hub that has been running for a minute has warm.
            if (round == 0) continue;
            times.Sort();
            p99s.Add(At(times, 0.99));
            Console.WriteLine($"  round {round}: median {At(times, 0.5):0.0}, 99th hundredth {At(times, 0.99):0.0}, worst {times[^1]:0.0}");
        }
        p99s.Sort();
        var median = At(p99s, 0.5);
        Console.WriteLine($"99th hundredth: median {median:0.0} ms of {rounds} rounds ({p99s[0]:0.0} to {p99s[^1]:0.0}); bound {Bound:0} ms");
        return median < Bound ? 0 : 1;
    }

    private static double At(List<double> sorted, double part) => sorted[Math.Min(sorted.Count - 1, (int)(sorted.Count * part))];

    private static async Task LoadAsync(RunningHub hub, int packages)
    {
        var connection = await EmbeddedPostgres.FindAsync(new EmbeddedPostgresOptions { DataDirectory = hub.DataDirectory }, CancellationToken.None)
            ?? throw new InvalidOperationException("The hub's database was not found.");
        await using var database = new NpgsqlConnection(connection);
        await database.OpenAsync();
        await using var insert = new NpgsqlCommand(
            """
            INSERT INTO packages (name, display_name, summary, weight, updated_at)
            SELECT name, name, 'A package of ' || name, 0, now() FROM (
                SELECT ($1::text[])[1 + i % 25] || '-' || ($2::text[])[1 + (i / 25) % 25] || '-' || substr(md5(i::text), 1, 2 + i % 6) || (i / 625) AS name FROM generate_series(1, $3) AS i) AS made
            ON CONFLICT DO NOTHING;
            """, database)
        {
            CommandTimeout = 600,
            Parameters = { new() { Value = s_first }, new() { Value = s_second }, new() { Value = packages } },
        };
        await insert.ExecuteNonQueryAsync();
        await using var modules = new NpgsqlCommand(
            "INSERT INTO package_modules (package, module) SELECT name, replace(name, '-', '_') FROM packages WHERE weight = 0 ON CONFLICT DO NOTHING", database)
        { CommandTimeout = 600 };
        await modules.ExecuteNonQueryAsync();
        await using var analyse = new NpgsqlCommand("VACUUM ANALYZE packages, package_modules", database) { CommandTimeout = 600 };
        await analyse.ExecuteNonQueryAsync();
    }

    private static async Task<List<double>> AskAsync(RunningHub hub, int packages, int round)
    {
        var random = new Random(round);
        var times = new List<double>(AsksPerRound);
        for (var i = 0; i < AsksPerRound; i++)
        {
            var words = WordsOf(random, packages);
            var start = Stopwatch.GetTimestamp();
            using var answer = await hub.Administrator.GetAsync($"api/v1/packages?q={Uri.EscapeDataString(words)}&limit=20");
            answer.EnsureSuccessStatusCode();
            await answer.Content.ReadAsByteArrayAsync();
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
        return times;
    }

    // What people type: known names, what they import, beginnings, parts, slips, and what nobody has.
    private static string WordsOf(Random random, int packages)
    {
        string[] known = ["numpy", "pandas", "Pillow", "scikit-learn", "matplotlib", "requests", "beautifulsoup4", "pyyaml", "asyncio", "micropip"];
        string[] imports = ["cv2", "PIL", "sklearn", "yaml", "bs4", "np", "os", "json"];
        string[] slips = ["nunpy", "mtaplotlib", "scikit-lern", "beautifulsop4", "panads", "reqeusts", "pilow"];
        var (first, second) = (s_first[random.Next(s_first.Length)], s_second[random.Next(s_second.Length)]);
        return random.Next(8) switch
        {
            0 => known[random.Next(known.Length)],
            1 => imports[random.Next(imports.Length)],
            2 => slips[random.Next(slips.Length)],
            3 => first[..Math.Min(first.Length, 1 + random.Next(3))],
            4 => $"{first}-{second}",
            5 => second,
            6 => $"{first}{second}x{random.Next(packages)}",
            _ => $"{first}-{second[..^1]}",
        };
    }
}
