namespace PyScriptHub.Infrastructure.Persistence;

/// <summary>Patterns of SQL's <c>LIKE</c> with the backslash as their escape.</summary>
public static class LikePattern
{
    /// <summary>The text as it stands for itself in a pattern.</summary>
    public static string Escape(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal);
    }
}
