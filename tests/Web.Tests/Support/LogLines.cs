using System.Collections.Concurrent;
using System.Globalization;
using Serilog.Core;
using Serilog.Events;

namespace PyScriptHub.Web.Tests.Support;

/// <summary>Keeps what a hub logs, at the levels at which it always logs, for tests that look for what must or must not stand there.</summary>
public sealed class LogLines : ILogEventSink
{
    private readonly ConcurrentQueue<string> _lines = new();

    public IReadOnlyCollection<string> All => _lines;

    public void Emit(LogEvent logEvent) =>
        _lines.Enqueue($"{logEvent.Level} {logEvent.RenderMessage(CultureInfo.InvariantCulture)} {logEvent.Exception}");
}
