namespace PyScriptHub.Web.Tests.Support;

/// <summary>One hub for the tests of a class. Each test makes users and projects of its own, so that none sees another's.</summary>
public sealed class SharedHub : IAsyncLifetime
{
    public HubServer Hub { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Hub = await HubServer.StartAsync();

    public ValueTask DisposeAsync() => Hub.DisposeAsync();
}
