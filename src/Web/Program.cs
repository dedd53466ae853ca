using PyScriptHub.Web;

var builder = WebApplication.CreateBuilder(args);
var options = HubConfiguration.Read(builder.Configuration, Path.Combine(Path.GetTempPath(), "pyscript-hub"));
builder.AddHub(options, options.ConnectionString ?? throw new HubConfigurationException("ConnectionStrings:Hub", "must be set."));
var app = builder.Build();
app.MapHub();
await app.RunAsync();
