using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace PyScriptHub.Web.Tests.Support;

/// <summary>A server that takes letters over SMTP (RFC 5321) on loopback and keeps them.</summary>
public sealed class MailServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly Task _running;

    public MailServer()
    {
        _listener.Start();
        _running = AcceptAsync();
    }

    /// <summary>The letters as they came in: recipients, then the text.</summary>
    public ConcurrentQueue<(string To, string Text)> Letters { get; } = new();

    /// <summary>How many of the next letters are refused for now.</summary>
    public int Refusals { get; set; }

    /// <summary>How a hub is told of this server.</summary>
    public SmtpOptions Options => new("127.0.0.1", ((IPEndPoint)_listener.LocalEndpoint).Port, null, null, "hub@school.example", UsesTls: false);

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        await _running.WaitAsync(TimeSpan.FromSeconds(5)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _listener.Dispose();
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            using var client = await _listener.AcceptTcpClientAsync(_end.Token);
            await using var stream = client.GetStream();
            using var reader = new StreamReader(stream, Encoding.UTF8);
            await using var writer = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { NewLine = "\r\n", AutoFlush = true };
            await TalkAsync(reader, writer);
        }
    }

    private async Task TalkAsync(StreamReader reader, StreamWriter writer)
    {
        var to = "";
        await writer.WriteLineAsync("220 ready");
        while (await reader.ReadLineAsync(_end.Token) is { } line)
        {
            var word = line.Split(' ', ':')[0].ToUpper(CultureInfo.InvariantCulture);
            if (word == "RCPT") to = line[(line.IndexOf('<', StringComparison.Ordinal) + 1)..line.IndexOf('>', StringComparison.Ordinal)];
            if (word == "RCPT" && Refusals > 0)
            {
                Refusals--;
                await writer.WriteLineAsync("450 later");
                continue;
            }
            await writer.WriteLineAsync(word switch { "EHLO" or "HELO" => "250 mail", "DATA" => "354 go on", "QUIT" => "221 bye", _ => "250 fine" });
            if (word == "QUIT") return;
            if (word != "DATA") continue;
            var text = new StringBuilder();
            while (await reader.ReadLineAsync(_end.Token) is { } part && part != ".") text.Append(part).Append('\n');
            Letters.Enqueue((to, text.ToString()));
            await writer.WriteLineAsync("250 kept");
        }
    }
}
