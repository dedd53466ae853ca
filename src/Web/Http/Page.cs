using System.Buffers.Text;
using System.Globalization;
using System.Text;
using PyScriptHub.Domain.Outcomes;

namespace PyScriptHub.Web.Http;

/// <summary>One page of a list.</summary>
/// <param name="Items">What is on it.</param>
/// <param name="NextCursor">What to send as <c>cursor</c> for the next page; null on the last.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? NextCursor);

/// <summary>Where a page begins: after this row, in an order by time and id, newest first.</summary>
public sealed record PageStart(DateTimeOffset At, Guid Id);

/// <summary>The <c>limit</c> and <c>cursor</c> that a caller asked a list for.</summary>
/// <param name="Limit">1 to 100 rows.</param>
/// <param name="After">The last row of the page before; null for the first page.</param>
public sealed record PageRequest(int Limit, PageStart? After)
{
    private const int DefaultLimit = 50;
    private const int MaximumLimit = 100;

    /// <summary>The first page of the usual length.</summary>
    public static PageRequest First { get; } = new(DefaultLimit, null);

    /// <summary>Reads query values. Errors: <see cref="Error.Malformed"/> for either field.</summary>
    public static Result<PageRequest> Read(string? limit, string? cursor)
    {
        var rows = DefaultLimit;
        if (limit is not null && (!int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out rows) || rows is < 1 or > MaximumLimit))
            return Error.Field("limit", $"Send a whole number from 1 to {MaximumLimit}.");
        if (string.IsNullOrEmpty(cursor)) return new PageRequest(rows, null);
        return Decode(cursor) is { } after ? new PageRequest(rows, after) : Error.Field("cursor", "Send nextCursor as it was answered, or nothing.");
    }

    /// <summary>Makes the answer out of <see cref="Limit"/> + 1 rows: the one too many says that there is a next page.</summary>
    public Page<TItem> Answer<TRow, TItem>(IReadOnlyList<TRow> rows, Func<TRow, (DateTimeOffset At, Guid Id)> place, Func<TRow, TItem> item)
    {
        var shown = rows.Take(Limit).ToList();
        return new Page<TItem>(shown.ConvertAll(row => item(row)), rows.Count > Limit ? Encode(place(shown[^1])) : null);
    }

    private static string Encode((DateTimeOffset At, Guid Id) place) => Base64Url.EncodeToString(
        Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{place.At.UtcTicks} {place.Id:N}")));

    private static PageStart? Decode(string cursor)
    {
        if (!Base64Url.IsValid(cursor)) return null;
        var parts = Encoding.ASCII.GetString(Base64Url.DecodeFromChars(cursor)).Split(' ');
        return parts.Length == 2 && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var ticks)
            && ticks <= DateTimeOffset.MaxValue.UtcTicks && Guid.TryParseExact(parts[1], "N", out var id)
            ? new PageStart(new DateTimeOffset(ticks, TimeSpan.Zero), id)
            : null;
    }
}
