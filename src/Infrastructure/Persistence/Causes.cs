namespace PyScriptHub.Infrastructure.Persistence;

/// <summary>Looks into exceptions: EF Core and Npgsql wrap what PostgreSQL or the system said, once or twice.</summary>
public static class Causes
{
    /// <summary>An exception and what it was thrown for, from the outside in.</summary>
    public static IEnumerable<Exception> Of(Exception? exception)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException) yield return cause;
    }
}
