using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc.Filters;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Projects;

namespace PyScriptHub.Web.Http;

/// <summary>Lets a page's forms bring as much as the hub's limits say, and answers 413 before anything larger is read.</summary>
[AttributeUsage(AttributeTargets.Class)]
sealed class UploadLimitAttribute : Attribute, IAuthorizationFilter, IOrderedFilter
{
    // The lines of a form around its files.
    private const int FormOverhead = 256 * 1024;

    // Beside the files there is a token, and in a form without files a name: as long as somebody pasted it, to be told that it is too long.
    private const int ValueBytes = 64 * 1024;
    private const int Values = 32;

    /// <summary>Before the antiforgery filter, which reads the form.</summary>
    public int Order => int.MinValue;

    public void OnAuthorization(AuthorizationFilterContext context)
    {
        var request = context.HttpContext.Request;
        if (!HttpMethods.IsPost(request.Method)) return;
        var limits = context.HttpContext.RequestServices.GetRequiredService<ProjectLimits>();
        if (request.ContentLength > limits.ZipBytes + FormOverhead)
        {
            context.Result = ErrorPages.Of(context.HttpContext, new Error.TooLarge("What was sent", limits.ZipBytes, request.ContentLength));
            return;
        }
        var hasFiles = request.ContentType?.StartsWith("multipart/form-data", StringComparison.OrdinalIgnoreCase) ?? false;
        if (!hasFiles)
        {
            // A form without files is held in memory: it is as short as any other.
            request.HttpContext.Features.Set<IFormFeature>(new FormFeature(request, new FormOptions { ValueLengthLimit = ValueBytes, ValueCountLimit = Values }));
            return;
        }
        if (context.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } body)
            body.MaxRequestBodySize = limits.ZipBytes + FormOverhead;
        request.HttpContext.Features.Set<IFormFeature>(new FormFeature(request, new FormOptions
        {
            MultipartBodyLengthLimit = limits.ZipBytes,
            ValueLengthLimit = BodyLimits.Default / 8,
            ValueCountLimit = limits.Files + Values,
        }));
    }
}
