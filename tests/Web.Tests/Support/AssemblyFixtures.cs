[assembly: AssemblyFixture(typeof(PyScriptHub.Testing.TestPostgresServer))]
