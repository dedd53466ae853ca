using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

using BadHttpRequestException = Microsoft.AspNetCore.Http.BadHttpRequestException;

namespace PyScriptHub.Infrastructure.Browser;

/// <summary>
/// The one way out of the jail: a forward proxy for one browser that goes to its <see cref="ReachableHosts"/> and answers everything else
/// with 403. Kestrel reads the requests, with all its strictness; over TLS, where a browser asks by CONNECT, bytes are passed on.
/// </summary>
public sealed class SmokeProxy : IHttpApplication<HttpContext>, IAsyncDisposable
{
    // As content hosts take them: a page may have planted cookies on itself.
    private const int HeaderBytes = 1_000_000;
    private const int BodyBytes = 1_000_000;
    private const int ConnectBytes = 16_384;
    private const int KeptRefusals = 200;
    private const int KeptLetters = 2_000;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(15);

    // What concerns one connection and not the message (RFC 9110, 7.6.1), and what is made anew.
    private static readonly HashSet<string> s_ofConnection = new(StringComparer.OrdinalIgnoreCase)
    {
        "Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authenticate", "Proxy-Authorization", "TE", "Trailer", "Transfer-Encoding", "Upgrade", "Host",
    };

    private static readonly string[] s_ofProxies = ["X-Forwarded-", "X-Original-", "X-Real-IP"];

    /// <summary>Where a browser is told that accounts are, so that its own questions are not taken for a page's: a name that there is not (RFC 2606).</summary>
    public const string OwnAccountsHost = "accounts.invalid";

    // What Chromium asks for by itself although it is told not to: 156 the first two, and other builds the others.
    private static readonly HashSet<string> s_ofChromium = new(StringComparer.OrdinalIgnoreCase)
    {
        "update.googleapis.com", OwnAccountsHost, "optimizationguide-pa.googleapis.com", "safebrowsing.googleapis.com", "content-autofill.googleapis.com",
        "clients2.google.com", "clientservices.googleapis.com", "edgedl.me.gvt1.com", "redirector.gvt1.com",
    };

    private readonly ReachableHosts _hosts;
    private readonly SmokeUpstream _upstream;
    private readonly KestrelServer _server;
    private readonly Lock _lock = new();
    private readonly List<string> _refused = [];

    private SmokeProxy(ReachableHosts hosts, SmokeUpstream upstream, string? socket)
    {
        (_hosts, _upstream) = (hosts, upstream);
        var options = new KestrelServerOptions { AddServerHeader = false, ApplicationServices = new ServiceCollection().AddLogging().BuildServiceProvider() };
        options.Limits.MaxRequestHeadersTotalSize = HeaderBytes;
        options.Limits.MaxRequestLineSize = HeaderBytes;
        options.Limits.MaxRequestBufferSize = 2 * HeaderBytes;
        options.Limits.MaxRequestBodySize = BodyBytes;
        options.Limits.MaxConcurrentConnections = 256;
        if (socket is null) options.Listen(IPAddress.Loopback, 0, Configure);
        else options.ListenUnixSocket(socket, Configure);
        _server = new KestrelServer(
            Options.Create(options), new SocketTransportFactory(Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance), NullLoggerFactory.Instance);
    }

    /// <summary>What was refused since <see cref="Forget"/>, in its order: an address, or for what asked for a tunnel <c>host:port</c>.</summary>
    public IReadOnlyList<string> Refused
    {
        get
        {
            lock (_lock) return [.. _refused];
        }
    }

    /// <summary>Where it listens if that is a loopback port, for example <c>http://127.0.0.1:3128</c>.</summary>
    public string Address => _server.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First();

    /// <summary>Starts one.</summary>
    /// <param name="socket">The Unix socket to listen on (107 bytes at most); null for a loopback port, for a browser that is in no jail.</param>
    public static async Task<SmokeProxy> StartAsync(ReachableHosts hosts, SmokeUpstream upstream, string? socket, CancellationToken ct)
    {
        var proxy = new SmokeProxy(hosts, upstream, socket);
        await proxy._server.StartAsync(proxy, ct);
        return proxy;
    }

    /// <summary>Begins the list of what was refused anew.</summary>
    public void Forget()
    {
        lock (_lock) _refused.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        // At once: connections that are open still are cut.
        await _server.StopAsync(new CancellationToken(canceled: true));
        _server.Dispose();
    }

    HttpContext IHttpApplication<HttpContext>.CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    void IHttpApplication<HttpContext>.DisposeContext(HttpContext context, Exception? exception)
    {
    }

    async Task IHttpApplication<HttpContext>.ProcessRequestAsync(HttpContext context)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        if (Find(target) is var (host, path)) await ForwardAsync(context, host, path);
        else
        {
            Refuse(target);
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            context.Response.Headers.Connection = "close";
        }
    }

    // Of a target in absolute form (RFC 9112, 3.2.2). Kestrel has compared it with the Host header by then.
    private (string Host, string Path)? Find(string target)
    {
        const string Scheme = "http://";
        if (_hosts.IsSecure || !target.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)) return null;
        var rest = target.AsSpan(Scheme.Length);
        var end = rest.IndexOfAny('/', '?', '#');
        var authority = end < 0 ? rest : rest[..end];
        return _hosts.Find(authority.ToString()) is { } host
            ? (host, end < 0 ? "/" : rest[end] == '/' ? rest[end..].ToString() : $"/{rest[end..]}")
            : null;
    }

    private async Task ForwardAsync(HttpContext context, string host, string path)
    {
        var ct = context.RequestAborted;
        using var request = new HttpRequestMessage(
            new HttpMethod(context.Request.Method), new Uri($"http://{host}{path}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
        request.Headers.Host = context.Request.Host.Value;
        if (context.Features.GetRequiredFeature<IHttpRequestBodyDetectionFeature>().CanHaveBody) request.Content = new StreamContent(context.Request.Body);
        foreach (var (name, values) in context.Request.Headers)
        {
            if (s_ofConnection.Contains(name) || IsOfProxies(name)) continue;
            if (!request.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values)) request.Content?.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
        }
        try
        {
            using var response = await _upstream.Http.SendAsync(request, ct);
            context.Response.StatusCode = (int)response.StatusCode;
            foreach (var (name, values) in response.Headers.NonValidated.Concat(response.Content.Headers.NonValidated))
                if (!s_ofConnection.Contains(name)) context.Response.Headers.Append(name, new([.. values]));
            await response.Content.CopyToAsync(context.Response.Body, ct);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or BadHttpRequestException or OperationCanceledException)
        {
            // Half of an answer must not look like a whole one.
            if (context.Response.HasStarted) context.Abort();
            else
            {
                context.Response.Clear();
                context.Response.StatusCode = (e as BadHttpRequestException ?? e.InnerException as BadHttpRequestException)?.StatusCode ?? StatusCodes.Status502BadGateway;
            }
        }
    }

    // What proxies tell of whom they speak for: this one is trusted by the hub, and a page is not.
    private static bool IsOfProxies(string name) => name.Equals("Forwarded", StringComparison.OrdinalIgnoreCase)
        || Array.Exists(s_ofProxies, prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));

    private void Configure(ListenOptions endpoint)
    {
        endpoint.Protocols = HttpProtocols.Http1;
        endpoint.Use(next => connection => AcceptAsync(connection, next));
    }

    // A connection is a tunnel or carries requests, from its first bytes on.
    private async Task AcceptAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var head = await ReadConnectAsync(connection.Transport.Input);
        if (head is null)
        {
            await next(connection);
            return;
        }
        var words = head.Split("\r\n", 2)[0].Split(' ');
        var target = words.Length > 1 ? words[1] : "";
        // Over plain HTTP no page of the hub's needs one (WebSockets alone ask for it, and content hosts have none), and what goes through
        // it could name any host of the hub's.
        if (!_hosts.IsSecure || words is not [_, _, "HTTP/1.1"] || !target.Contains(':', StringComparison.Ordinal) || _hosts.Find(target) is not { } host)
        {
            Refuse(target);
            await AnswerAsync(connection, "403 Forbidden");
            return;
        }
        try
        {
            await using var upstream = await _upstream.ConnectAsync(host, connection.ConnectionClosed);
            await connection.Transport.Output.WriteAsync("HTTP/1.1 200 OK\r\n\r\n"u8.ToArray());
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(connection.ConnectionClosed);
            var there = connection.Transport.Input.CopyToAsync(upstream, ended.Token);
            var back = upstream.CopyToAsync(connection.Transport.Output, ended.Token);
            // A browser ends both directions at once.
            await Task.WhenAny(there, back);
            await ended.CancelAsync();
            await Task.WhenAll(there, back);
        }
        catch (Exception e) when (e is SocketException or IOException or OperationCanceledException)
        {
            if (e is SocketException) await AnswerAsync(connection, "502 Bad Gateway");
        }
    }

    private static async Task AnswerAsync(ConnectionContext connection, string status)
    {
        await connection.Transport.Output.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
        await connection.Transport.Output.CompleteAsync();
    }

    // The whole head of a CONNECT, taken off the connection; null, and nothing taken, for anything else.
    private static async Task<string?> ReadConnectAsync(PipeReader input)
    {
        // A browser may open a connection long before it needs one; once it has begun to speak it has to go on.
        using var patience = new CancellationTokenSource();
        while (true)
        {
            ReadResult read;
            try
            {
                read = await input.ReadAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                return null;
            }
            patience.CancelAfter(s_patience);
            var (isConnect, end) = Look(read.Buffer);
            if (isConnect is false || ((read.IsCompleted || read.Buffer.Length > ConnectBytes) && end is null))
            {
                input.AdvanceTo(read.Buffer.Start);
                return null;
            }
            if (end is { } past)
            {
                var head = Encoding.Latin1.GetString(read.Buffer.Slice(0, past));
                input.AdvanceTo(past);
                return head;
            }
            input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    // Whether it begins as a CONNECT (null while that is open), and where its head ends.
    private static (bool? IsConnect, SequencePosition? End) Look(ReadOnlySequence<byte> bytes)
    {
        var connect = "CONNECT "u8;
        Span<byte> first = stackalloc byte[8];
        var length = (int)Math.Min(bytes.Length, connect.Length);
        bytes.Slice(0, length).CopyTo(first);
        if (!first[..length].SequenceEqual(connect[..length])) return (false, null);
        if (length < connect.Length) return (null, null);
        var reader = new SequenceReader<byte>(bytes);
        return (true, reader.TryReadTo(out ReadOnlySequence<byte> _, "\r\n\r\n"u8) ? reader.Position : null);
    }

    private void Refuse(string target)
    {
        if (s_ofChromium.Contains(HostOf(target))) return;
        lock (_lock)
        {
            if (_refused.Count < KeptRefusals) _refused.Add(target.Length > KeptLetters ? target[..KeptLetters] : target);
        }
    }

    private static string HostOf(string target) =>
        Uri.TryCreate(target.Contains("://", StringComparison.Ordinal) ? target : $"https://{target}", UriKind.Absolute, out var address) ? address.Host : "";
}
