using System.Diagnostics;
using Npgsql;
using PyScriptHub.Infrastructure.Persistence.Embedded;

namespace PyScriptHub.Infrastructure.Tests.Embedded;

/// <summary>A process that runs or uses an embedded database, and can be killed.</summary>
internal sealed class HubProcess : IDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly Task<string> _log;
    private readonly Task<string?> _said;

    public HubProcess(ProcessStartInfo start)
    {
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        _process = Process.Start(start)!;
        _log = _process.StandardError.ReadToEndAsync();
        _said = _process.StandardOutput.ReadLineAsync();
    }

    public int Id => _process.Id;

    /// <summary>The line that tells whether it is ready.</summary>
    public async Task<string> SaidAsync() => await _said.WaitAsync(_patience)
        ?? throw new InvalidOperationException($"The process ended without a word. {await _log}");

    public async Task<bool> IsSupervisorAsync() => (await SaidAsync()).StartsWith("ready supervisor ", StringComparison.Ordinal);

    public async Task<string> ConnectionStringAsync()
    {
        var said = await SaidAsync();
        said.ShouldStartWith("ready ");
        return new NpgsqlConnectionStringBuilder(said.Split(' ', 3)[2]) { Pooling = false }.ConnectionString;
    }

    /// <summary>Runs one statement and gives its first value.</summary>
    public async Task<object?> AskAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(await ConnectionStringAsync());
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    /// <summary>Runs one statement as soon as the database answers again.</summary>
    public async Task<object?> AskPatientlyAsync(string sql)
    {
        for (var watch = Stopwatch.StartNew(); ; await Task.Delay(50))
        {
            try
            {
                return await AskAsync(sql);
            }
            catch (NpgsqlException) when (watch.Elapsed < _patience)
            {
                // Not yet.
            }
        }
    }

    /// <summary>Ends it as an operator does; gives its log.</summary>
    public async Task<string> StopAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync().WaitAsync(_patience);
        return await _log;
    }

    public async Task KillAsync()
    {
        UnixCalls.Signal(_process.Id, Signal.Kill);
        await _process.WaitForExitAsync().WaitAsync(_patience);
    }

    public void Dispose()
    {
        UnixCalls.Signal(_process.Id, Signal.Kill);
        _process.Dispose();
    }
}
