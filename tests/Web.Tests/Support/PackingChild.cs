using System.Runtime.CompilerServices;
using PyScriptHub.Runtime.Assets.Packing;

namespace PyScriptHub.Web.Tests.Support;

/// <summary>Makes the test program a process that packs and ends, where the environment says so: something that a test can kill.</summary>
internal static class PackingChild
{
    public const string Folder = "PYSCRIPT_HUB_TEST_PACK_FOLDER";
    public const string Address = "PYSCRIPT_HUB_TEST_PACK_ADDRESS";

    [ModuleInitializer]
    internal static void PackInsteadOfTesting()
    {
        if (Environment.GetEnvironmentVariable(Folder) is not { } folder) return;
        RuntimePacker.PackAsync(
            RuntimeSources.Read(RuntimeSources.BundledFolder(), null), new(Environment.GetEnvironmentVariable(Address)!), folder).GetAwaiter().GetResult();
        Environment.Exit(0);
    }
}
