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

    /// <summary>What a form may have, in bytes; 0 for the hub's limit on archives.</summary>
    public long FormBytes { get; set; }

    /// <summary>What each of its files may have, in bytes; 0 for as much as the form.</summary>
    public long FileBytes { get; set; }

    /// <summary>Before the antiforgery filter, which reads the form.</summary>
    public int Order => int.MinValue;

    public void OnAuthorization(AuthorizationFilterContext context)
    {
        var request = context.HttpContext.Request;
        if (!HttpMethods.IsPost(request.Method)) return;
        var limits = context.HttpContext.RequestServices.GetRequiredService<ProjectLimits>();
        var most = FormBytes > 0 ? FormBytes : limits.ZipBytes;
        if (request.ContentLength > most + FormOverhead)
        {
            context.Result = ErrorPages.Of(context.HttpContext, new Error.TooLarge("What was sent", most, request.ContentLength));
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
            body.MaxRequestBodySize = most + FormOverhead;
        request.HttpContext.Features.Set<IFormFeature>(new FormFeature(request, new FormOptions
        {
            MultipartBodyLengthLimit = FileBytes > 0 ? FileBytes : most,
            ValueLengthLimit = BodyLimits.Default / 8,
            ValueCountLimit = limits.Files + Values,
        }));
    }
}
