using System.Runtime.InteropServices;

namespace PyScriptHub.Runtime.Assets.Catalog;

/// <summary>A release tag of PyScript: year, month, and the count within the month (<c>2026.7.3</c>); a word behind it (<c>RC1</c>) is dropped.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct CalendarTag(int Year, int Month, int Count) : IComparable<CalendarTag>
{
    /// <summary>The tag, or null where the text is none.</summary>
    public static CalendarTag? Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var parts = text.Split('.');
        return parts.Length >= 3
            && parts[0].Length == 4
            && NpmVersion.Number(parts[0]) is { } year
            && NpmVersion.Number(parts[1]) is { } month and >= 1 and <= 12
            && NpmVersion.Number(parts[2]) is { } count
            ? new(year, month, count)
            : null;
    }

    /// <summary>How far two tags lie apart: months first, then the counts within the month.</summary>
    public (int Months, int Counts) DistanceTo(CalendarTag other) =>
        (Math.Abs((Year * 12) + Month - (other.Year * 12) - other.Month), Math.Abs(Count - other.Count));

    /// <inheritdoc />
    public int CompareTo(CalendarTag other) => (Year, Month, Count).CompareTo((other.Year, other.Month, other.Count));

    public static bool operator <(CalendarTag left, CalendarTag right) => left.CompareTo(right) < 0;

    public static bool operator <=(CalendarTag left, CalendarTag right) => left.CompareTo(right) <= 0;

    public static bool operator >(CalendarTag left, CalendarTag right) => left.CompareTo(right) > 0;

    public static bool operator >=(CalendarTag left, CalendarTag right) => left.CompareTo(right) >= 0;
}
