using System.Diagnostics.CodeAnalysis;

namespace PyScriptHub.Domain.Outcomes;

/// <summary>As much of a text as there is room for.</summary>
public static class Excerpt
{
    /// <summary>The text, or its beginning with an ellipsis, in at most <paramref name="length"/> characters.</summary>
    [return: NotNullIfNotNull(nameof(text))]
    public static string? Of(string? text, int length) => text is null || text.Length <= length ? text : text[..(length - 1)] + "…";
}
