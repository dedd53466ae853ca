using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;
using Npgsql;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Infrastructure.Persistence;

namespace PyScriptHub.Web.Http;

/// <summary>The one mapper from what went wrong to problem+json (RFC 9457).</summary>
public static class Problems
{
    /// <summary>Answers a result: its value by <paramref name="ok"/>, its error as a problem.</summary>
    public static IResult ToHttp<T>(this Result<T> result, Func<T, IResult> ok) => result.IsOk ? ok(result.Value) : Of(result.Error);

    /// <summary>Answers a result as JSON with 200.</summary>
    public static IResult ToHttp<T>(this Result<T> result) => result.ToHttp(value => Results.Ok(value));

    /// <summary>Answers a result that has nothing to say with 204.</summary>
    public static IResult ToHttp(this Result<Done> result) => result.ToHttp(_ => Results.NoContent());

    /// <summary>The problem that an error is.</summary>
    public static IResult Of(Error error) => new ErrorResult(error);

    /// <summary>The HTTP status of an error.</summary>
    public static int StatusOf(Error error) => error switch
    {
        Error.Malformed => StatusCodes.Status400BadRequest,
        Error.Unauthenticated => StatusCodes.Status401Unauthorized,
        Error.Forbidden => StatusCodes.Status403Forbidden,
        Error.NotFound => StatusCodes.Status404NotFound,
        Error.Conflict => StatusCodes.Status409Conflict,
        Error.Gone => StatusCodes.Status410Gone,
        Error.Stale => StatusCodes.Status412PreconditionFailed,
        Error.TooLarge => StatusCodes.Status413PayloadTooLarge,
        Error.UnsupportedMediaType => StatusCodes.Status415UnsupportedMediaType,
        Error.Invalid => StatusCodes.Status422UnprocessableEntity,
        Error.PreconditionRequired => StatusCodes.Status428PreconditionRequired,
        Error.TooManyRequests => StatusCodes.Status429TooManyRequests,
        Error.CorruptBlob => StatusCodes.Status502BadGateway,
        Error.QuotaExceeded => StatusCodes.Status507InsufficientStorage,
        _ => throw new NotSupportedException($"No status is set for {error.GetType().Name}."),
    };

    /// <summary>Answers what nobody expected, once, at the edge.</summary>
    public static async Task AnswerExceptionAsync(HttpContext context)
    {
        var exception = context.Features.Get<IExceptionHandlerFeature>()?.Error;
        var (status, code, detail) = Explain(exception);
        if (status is StatusCodes.Status503ServiceUnavailable or StatusCodes.Status507InsufficientStorage)
            context.Response.Headers.RetryAfter = "5";
        if (ErrorPages.IsFor(context)) await ErrorPages.WriteAsync(context, status, status is StatusCodes.Status500InternalServerError ? null : context.Say(detail));
        else await WriteAsync(context, status, code, detail, FieldsOf(context, exception));
    }

    /// <summary>Answers what routing refused by itself: no such address, no such method, no such content type, not signed in.</summary>
    public static Task AnswerStatusAsync(HttpContext context)
    {
        var status = context.Response.StatusCode;
        var (code, detail) = status switch
        {
            StatusCodes.Status401Unauthorized => ("unauthenticated", "Sign in or send a personal access token."),
            StatusCodes.Status403Forbidden => ("forbidden", "You may not do this."),
            StatusCodes.Status404NotFound => ("not_found", "There is no such address of the API. /openapi/v1.json lists all."),
            StatusCodes.Status405MethodNotAllowed => ("method_not_allowed", "This address does not take that method. /openapi/v1.json lists all."),
            StatusCodes.Status413PayloadTooLarge => ("too_large", "The request is larger than what is taken here."),
            StatusCodes.Status415UnsupportedMediaType => ("unsupported_media_type", "Send the body as application/json."),
            _ => ("refused", "The request was refused."),
        };
        return WriteAsync(context, status, code, detail);
    }

    /// <summary>Writes a problem as problem+json.</summary>
    public static Task WriteAsync(
        HttpContext context, int status, string code, Sentence detail, IReadOnlyDictionary<string, string[]>? errors = null, Error? error = null)
    {
        var problem = new ProblemDetails
        {
            Status = status,
            Title = Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(status),
            Detail = context.Say(detail),
            Type = "about:blank",
        };
        problem.Extensions["code"] = code;
        if (errors is not null) problem.Extensions["errors"] = errors;
        if (error is Error.TooLarge large)
        {
            problem.Extensions["limit"] = large.Limit;
            if (large.Size is { } size) problem.Extensions["size"] = size;
        }
        context.Response.StatusCode = status;
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.WriteAsJsonAsync(problem, (JsonSerializerOptions?)null, "application/problem+json", context.RequestAborted);
    }

    /// <summary>Status, code and a sentence for what was thrown.</summary>
    public static (int Status, string Code, Sentence Detail) Explain(Exception? exception) => exception switch
    {
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } =>
            (StatusCodes.Status413PayloadTooLarge, "too_large", "The request is larger than what is taken here."),
        BadHttpRequestException { StatusCode: StatusCodes.Status415UnsupportedMediaType } =>
            (StatusCodes.Status415UnsupportedMediaType, "unsupported_media_type", "Send the body as application/json."),
        BadHttpRequestException bad => (bad.StatusCode, "malformed", "The request cannot be read. Its errors say where."),
        // What no text of PostgreSQL can hold, and so none of its rows: NUL.
        PostgresException { SqlState: PostgresErrorCodes.CharacterNotInRepertoire or PostgresErrorCodes.UntranslatableCharacter } =>
            (StatusCodes.Status400BadRequest, "malformed", "The request holds a character that no text here may have."),
        _ when IsDiskFull(exception) =>
            (StatusCodes.Status507InsufficientStorage, "disk_full", "The hub's disk is full. Nothing was changed; try again later."),
        _ when IsDatabaseAway(exception) =>
            (StatusCodes.Status503ServiceUnavailable, "database_unavailable", "The hub's database does not answer. Nothing was lost that was confirmed; try again in a moment."),
        _ => (StatusCodes.Status500InternalServerError, "internal", "The hub made a mistake. It is in its log."),
    };

    // Linux answers ENOSPC as 28.
    private static bool IsDiskFull(Exception? exception) => Causes.Of(exception).Any(cause => cause is
        PostgresException { SqlState: PostgresErrorCodes.DiskFull } or IOException { HResult: 28 });

    /// <summary>Whether an exception says that the database cannot be reached for now.</summary>
    public static bool IsDatabaseAway(Exception? exception) => Causes.Of(exception).Any(cause => cause switch
    {
        PostgresException answer => answer.SqlState is
            PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow or PostgresErrorCodes.TooManyConnections,
        NpgsqlException or System.Net.Sockets.SocketException => true,
        // A connection that broke between two statements: Npgsql then says that its transaction is over already.
        _ => cause is InvalidOperationException { Source: "Npgsql" },
    });

    private static Dictionary<string, string[]>? FieldsOf(HttpContext context, Exception? exception)
    {
        if (exception is not BadHttpRequestException) return null;
        if (exception.InnerException is not JsonException json) return null;
        // The serializer's own text names .NET types; callers need the place and what to do.
        if (json.Message.Contains("missing required", StringComparison.Ordinal))
        {
            var missing = json.Message[json.Message.IndexOf(':', StringComparison.Ordinal)..].Split('\'').Where((_, i) => i % 2 == 1);
            return missing.ToDictionary(name => name, _ => new[] { context.Say("This field is required.") }, StringComparer.Ordinal);
        }
        var unknown = json.Message.Contains("could not be mapped", StringComparison.Ordinal);
        var field = unknown ? json.Message.Split('\'')[1] : json.Path is null or "$" or "" ? "body" : json.Path.TrimStart('$', '.');
        return new Dictionary<string, string[]>(StringComparer.Ordinal) { [field] = [context.Say(unknown ? "There is no such field." : "The value cannot be read here.")] };
    }

    private sealed class ErrorResult(Error error) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            if (error is Error.TooManyRequests busy)
                httpContext.Response.Headers.RetryAfter = Math.Ceiling(busy.RetryAfter.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            if (error is Error.Unauthenticated) httpContext.Response.Headers.WWWAuthenticate = "Bearer";
            if (error is Error.Stale stale) httpContext.Response.Headers.ETag = $"\"{stale.Tag}\"";
            var errors = error switch
            {
                Error.Malformed malformed => malformed.Errors.ToDictionary(
                    field => field.Key, field => Array.ConvertAll(field.Value, httpContext.Say), StringComparer.Ordinal),
                Error.Invalid invalid => new Dictionary<string, string[]>(StringComparer.Ordinal) { [invalid.Where] = [httpContext.Say(invalid.Sentence)] },
                _ => null,
            };
            return WriteAsync(httpContext, StatusOf(error), error.Code, error.Sentence, errors, error);
        }
    }
}
