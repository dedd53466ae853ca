using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Options;
using JsonOptions = Microsoft.AspNetCore.Http.Json.JsonOptions;

namespace PyScriptHub.Web.Http;

/// <summary>
/// Writes data for a script into a page: JSON as the API answers it, with everything escaped that means something in HTML, so
/// that it may stand in a script element as it is.
/// </summary>
sealed class ScriptJson(IOptions<JsonOptions> json)
{
    private readonly JsonSerializerOptions _options = new(json.Value.SerializerOptions) { Encoder = JavaScriptEncoder.Default };

    public string Of<T>(T value) => JsonSerializer.Serialize(value, _options);
}
