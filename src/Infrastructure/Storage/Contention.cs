using Npgsql;
using PyScriptHub.Infrastructure.Persistence;

namespace PyScriptHub.Infrastructure.Storage;

/// <summary>What PostgreSQL refuses only because somebody else was at the same rows in that moment.</summary>
public static class Contention
{
    /// <summary>Whether trying again can go well: nothing of the transaction was written.</summary>
    public static bool IsPassing(Exception e) => StateOf(e) is PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure;

    /// <summary>Whether a row that is deleted got a new reference meanwhile, or a row that is referred to was deleted.</summary>
    // PostgreSQL 18 tells a restricted deletion (23001) from a missing row (23503); before, both were the latter.
    public static bool IsReference(Exception e) => StateOf(e) is PostgresErrorCodes.ForeignKeyViolation or PostgresErrorCodes.RestrictViolation;

    private static string? StateOf(Exception e) => Causes.Of(e).OfType<PostgresException>().FirstOrDefault()?.SqlState;
}
