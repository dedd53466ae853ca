using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Sockets;
using Npgsql;

namespace PyScriptHub.Web.Tests.Reliability;

/// <summary>A way to the tests' PostgreSQL that can be shut for one hub alone, while the server goes on for all other tests.</summary>
internal sealed class DatabaseDoor : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hub-door-").FullName;
    private readonly ConcurrentBag<Socket> _sockets = [];
    private readonly UnixDomainSocketEndPoint _inside;
    private readonly string _outside;
    private Socket? _listener;

    public DatabaseDoor(string connectionString)
    {
        var address = new NpgsqlConnectionStringBuilder(connectionString);
        var name = string.Create(CultureInfo.InvariantCulture, $".s.PGSQL.{address.Port}");
        _inside = new UnixDomainSocketEndPoint(Path.Combine(address.Host!, name));
        _outside = Path.Combine(_folder, name);
        address.Host = _folder;
        ConnectionString = address.ConnectionString;
        Open();
    }

    /// <summary>The database's address by this door.</summary>
    public string ConnectionString { get; }

    public void Open()
    {
        _listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        _listener.Bind(new UnixDomainSocketEndPoint(_outside));
        _listener.Listen(100);
        _ = ServeAsync(_listener);
    }

    /// <summary>Ends all connections, and lets no new ones in.</summary>
    public void Shut()
    {
        _listener?.Dispose();
        File.Delete(_outside);
        while (_sockets.TryTake(out var socket)) socket.Dispose();
    }

    public ValueTask DisposeAsync()
    {
        Shut();
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    private async Task ServeAsync(Socket listener)
    {
        try
        {
            while (true)
            {
                var outer = await listener.AcceptAsync();
                var inner = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                _sockets.Add(outer);
                _sockets.Add(inner);
                await inner.ConnectAsync(_inside);
                _ = PassAsync(outer, inner);
                _ = PassAsync(inner, outer);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Shut.
        }
    }

    private static async Task PassAsync(Socket from, Socket to)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            int read;
            while ((read = await from.ReceiveAsync(buffer, SocketFlags.None)) > 0) await to.SendAsync(buffer.AsMemory(0, read), SocketFlags.None);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // One of both ended.
        }
        from.Dispose();
        to.Dispose();
    }
}
