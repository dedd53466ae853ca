using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace PyScriptHub.Web.Http;

/// <summary>What <c>/openapi/v1.json</c> says beyond addresses and bodies: who may call, the condition of saves, how errors look.</summary>
static class ApiDescription
{
    private const string TokenScheme = "token";
    private const string ProblemType = "application/problem+json";

    public static void AddApiDescription(this IServiceCollection services) => services.AddOpenApi("v1", openApi =>
    {
        openApi.AddDocumentTransformer((document, _, _) =>
        {
            document.Info.Title = "PyScript Hub";
            document.Components ??= new OpenApiComponents();
            document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal);
            document.Components.SecuritySchemes[TokenScheme] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                Description = "A personal access token.",
            };
            return Task.CompletedTask;
        });
        openApi.AddOperationTransformer(CompleteAsync);
    });

    /// <summary>Says that an endpoint reads <c>If-Match</c>.</summary>
    public static RouteHandlerBuilder TakesIfMatch(this RouteHandlerBuilder endpoint, bool isRequired) => endpoint.WithMetadata(new ReadsIfMatch(isRequired));

    private static async Task CompleteAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken ct)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        var problem = await context.GetOrCreateSchemaAsync(typeof(ProblemDetails), null, ct);
        operation.Responses ??= [];
        operation.Responses["default"] = Problem("What went wrong, with a code that does not change.");
        if (metadata.OfType<IAuthorizeData>().Any())
        {
            operation.Responses["401"] = Problem("Nobody is signed in.");
            operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(TokenScheme, context.Document)] = [] }];
        }
        if (metadata.OfType<ReadsIfMatch>().SingleOrDefault() is { } condition)
        {
            operation.Responses["412"] = Problem("Somebody else has changed it since; ETag has its version.");
            if (condition.IsRequired) operation.Responses["428"] = Problem("If-Match was not sent.");
            (operation.Parameters ??= []).Add(new OpenApiParameter
            {
                Name = "If-Match",
                In = ParameterLocation.Header,
                Required = condition.IsRequired,
                Description = "The entity tag that the caller last read, in double quotes.",
                Schema = new OpenApiSchema { Type = JsonSchemaType.String },
            });
        }

        OpenApiResponse Problem(string description) => new()
        {
            Description = description,
            Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal) { [ProblemType] = new() { Schema = problem } },
        };
    }

    private sealed record ReadsIfMatch(bool IsRequired);
}
