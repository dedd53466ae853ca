using System.Globalization;

namespace PyScriptHub.Web.Pages.Shared;

/// <summary>Lengths of bytes as people read them.</summary>
static class Sizes
{
    /// <summary>A length in kB, MB or GB of a thousand each, in the visitor's way to write numbers.</summary>
    public static string Of(long bytes) => bytes switch
    {
        < 1_000_000 => Number(bytes / 1e3, "0.#") + " kB",
        < 1_000_000_000 => Number(bytes / 1e6, "0.#") + " MB",
        _ => Number(bytes / 1e9, "0.##") + " GB",
    };

    private static string Number(double value, string form) => value.ToString(form, CultureInfo.CurrentCulture);
}
