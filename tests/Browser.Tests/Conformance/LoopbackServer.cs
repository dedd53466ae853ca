using System.Collections.Concurrent;
using System.Globalization;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace PyScriptHub.Browser.Tests.Conformance;

/// <summary>The suite's own server on loopback, for <c>fetch</c> and <c>WebSocket</c>: another origin than every page's.</summary>
internal sealed class LoopbackServer : IAsyncDisposable
{
    private static readonly ConcurrentDictionary<string, SemaphoreSlim> s_read = new(StringComparer.Ordinal);

    private readonly WebApplication _app;

    private LoopbackServer(WebApplication app) => _app = app;

    /// <summary>The server's address, as <c>http://localhost:port</c>.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>Starts the server on a free port.</summary>
    public static async Task<LoopbackServer> StartAsync(CancellationToken ct)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.UseWebSockets();
        app.Use(async (context, next) =>
        {
            context.Response.Headers.AccessControlAllowOrigin = "*";
            context.Response.Headers.AccessControlAllowHeaders = "*";
            context.Response.Headers.AccessControlAllowMethods = "*";
            context.Response.Headers["Access-Control-Expose-Headers"] = "X-Conformance";
            context.Response.Headers["Cross-Origin-Resource-Policy"] = "cross-origin";
            if (HttpMethods.IsOptions(context.Request.Method))
                context.Response.StatusCode = StatusCodes.Status204NoContent;
            else
                await next(context);
        });
        app.Map("/text", async (HttpContext context) =>
        {
            context.Response.Headers["X-Conformance"] = "yes";
            context.Response.ContentType = "text/plain; charset=utf-8";
            await context.Response.WriteAsync("grüße, 世界", context.RequestAborted);
        });
        app.Map("/json", () => TypedResults.Json(new { name = "loopback", numbers = new[] { 1, 2, 3 }, nested = new { yes = true } }));
        app.Map("/bytes", () => TypedResults.Bytes([0, 1, 2, 127, 128, 255], "application/octet-stream"));
        app.Map("/status/{code:int}", (int code) => TypedResults.Text("status", "text/plain", statusCode: code));
        app.Map("/echo", EchoRequestAsync);
        app.Map("/stream/{id}", StreamAsync);
        app.Map("/read/{id}", Read);
        app.Map("/ws", EchoSocketAsync);
        await app.StartAsync(ct);
        var port = new Uri(app.Urls.Single()).Port;
        return new LoopbackServer(app) { Address = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}")) };
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private static async Task<IResult> EchoRequestAsync(HttpRequest request)
    {
        using var reader = new StreamReader(request.Body);
        var body = await reader.ReadToEndAsync(request.HttpContext.RequestAborted);
        return TypedResults.Json(new { method = request.Method, body, header = request.Headers["X-Sent"].ToString() });
    }

    /// <summary>Three chunks, each of which leaves when the one before was read, as <c>/read</c> of the same id says.</summary>
    private static async Task StreamAsync(HttpContext context, string id)
    {
        context.Response.ContentType = "text/plain";
        for (var i = 0; i < 3; i++)
        {
            await context.Response.WriteAsync($"chunk {i};", context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await s_read.GetOrAdd(id, _ => new SemaphoreSlim(0)).WaitAsync(context.RequestAborted);
        }
    }

    private static IResult Read(string id)
    {
        s_read.GetOrAdd(id, _ => new SemaphoreSlim(0)).Release();
        return TypedResults.Text("read");
    }

    /// <summary>Answers each message with itself; the text <c>close</c> makes the server close with 4001.</summary>
    private static async Task EchoSocketAsync(HttpContext context)
    {
        var requested = context.WebSockets.WebSocketRequestedProtocols;
        using var socket = await context.WebSockets.AcceptWebSocketAsync(requested.Count > 0 ? requested[0] : null);
        var buffer = new byte[4096];
        while (socket.State == WebSocketState.Open)
        {
            var received = await socket.ReceiveAsync(buffer, context.RequestAborted);
            var bytes = buffer.AsMemory(0, received.Count);
            if (received.MessageType == WebSocketMessageType.Close)
                await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "bye", context.RequestAborted);
            else if (bytes.Span.SequenceEqual("close"u8))
                await socket.CloseAsync((WebSocketCloseStatus)4001, "as asked", context.RequestAborted);
            else
                await socket.SendAsync(bytes, received.MessageType, received.EndOfMessage, context.RequestAborted);
        }
    }
}
