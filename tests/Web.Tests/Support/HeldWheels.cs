using Microsoft.Extensions.DependencyInjection;
using PyScriptHub.Domain.Packages;
using PyScriptHub.Infrastructure.PackageIndex;
using PyScriptHub.Testing;

namespace PyScriptHub.Web.Tests.Support;

/// <summary>Wheels that a hub holds, without the page that an administrator has for it.</summary>
public static class HeldWheels
{
    /// <summary>Holds a wheel as an upload.</summary>
    public static async Task HoldAsync(this HubServer hub, WheelBuilder wheel)
    {
        var file = await NewPackageFile.OfWheelAsync(wheel.FileName, wheel.Build(), PackageFileOrigin.Upload, wheel.FileName, CancellationToken.None);
        await using var scope = hub.Services.CreateAsyncScope();
        (await scope.ServiceProvider.GetRequiredService<HeldFiles>().AddAsync(file.Value!, CancellationToken.None)).Value.ShouldBeTrue();
    }
}
