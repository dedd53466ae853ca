using PyScriptHub.Infrastructure.Tests.Embedded;
using PyScriptHub.Testing;

[assembly: AssemblyFixture(typeof(TestPostgresServer))]
[assembly: AssemblyFixture(typeof(SharedFolders))]
