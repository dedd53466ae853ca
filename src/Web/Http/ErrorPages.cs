using System.Globalization;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.AspNetCore.Mvc.ViewFeatures;
using PyScriptHub.Domain.Outcomes;

namespace PyScriptHub.Web.Http;

/// <summary>What a page of an error shows.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Detail">What is known about this one; null where the page's own words are all there is.</param>
sealed record ErrorPage(int Status, string? Detail);

/// <summary>
/// Answers people with a page where programs get a problem. The page is rendered where the error is met: nothing is routed or
/// asked of the database again, which may be what failed.
/// </summary>
static class ErrorPages
{
    private const string View = "/Pages/Shared/_Error.cshtml";

    /// <summary>Whether a person's browser is to be answered, and not a program.</summary>
    public static bool IsFor(HttpContext context) => !context.Request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase)
        && !context.Request.Path.StartsWithSegments("/openapi", StringComparison.OrdinalIgnoreCase)
        && !context.Request.Path.StartsWithSegments("/health", StringComparison.OrdinalIgnoreCase);

    /// <summary>The page of an error, as the result of a page's handler.</summary>
    public static IActionResult Of(HttpContext context, Error error)
    {
        if (error is Error.TooManyRequests busy)
            context.Response.Headers.RetryAfter = Math.Ceiling(busy.RetryAfter.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        return Of(context, Problems.StatusOf(error), error is Error.NotFound ? null : context.Say(error.Sentence));
    }

    /// <summary>Answers a status that came without a body.</summary>
    public static Task AnswerStatusAsync(StatusCodeContext status) =>
        WriteAsync(status.HttpContext, status.HttpContext.Response.StatusCode, detail: null);

    /// <summary>Writes the page of a status.</summary>
    public static Task WriteAsync(HttpContext context, int status, string? detail) =>
        Of(context, status, detail).ExecuteResultAsync(new ActionContext(context, context.GetRouteData(), new ActionDescriptor()));

    private static ViewResult Of(HttpContext context, int status, string? detail)
    {
        context.Response.Headers.CacheControl = "no-store";
        return new ViewResult
        {
            ViewName = View,
            StatusCode = status,
            ViewData = new ViewDataDictionary<ErrorPage>(new EmptyModelMetadataProvider(), new ModelStateDictionary())
            {
                Model = new ErrorPage(status, detail),
            },
        };
    }
}
