using System.Globalization;

namespace PyScriptHub.Web.Tests.Reliability;

/// <summary>
/// These tests have a short form, for every run, and a full one behind a command in <c>bench/</c>, which sets HUB_TEST_LONG, and
/// HUB_TEST_FIGURES to a file that takes what was counted.
/// </summary>
internal static class FullForm
{
    /// <summary>Whether the full form is asked for.</summary>
    public static bool IsAsked { get; } = Environment.GetEnvironmentVariable("HUB_TEST_LONG") is "1";

    /// <summary>How often: <paramref name="full"/>, or what HUB_TEST_TIMES says, in the full form.</summary>
    public static int Times(int brief, int full) => !IsAsked ? brief
        : Environment.GetEnvironmentVariable("HUB_TEST_TIMES") is { Length: > 0 } times ? int.Parse(times, CultureInfo.InvariantCulture) : full;

    /// <summary>Says where a full form stands, to whoever waits for it.</summary>
    public static void Progress(string where)
    {
        if (IsAsked) Console.Error.WriteLine(where);
    }

    /// <summary>Writes down what was counted.</summary>
    public static void Report(string name, params (string What, double Number)[] figures)
    {
        var line = $"{name,-12} {string.Join("   ", figures.Select(f => string.Create(CultureInfo.InvariantCulture, $"{f.What} {f.Number:0.##}")))}";
        TestContext.Current.TestOutputHelper?.WriteLine(line);
        if (Environment.GetEnvironmentVariable("HUB_TEST_FIGURES") is { Length: > 0 } file) File.AppendAllText(file, line + "\n");
    }
}
