return await PyScriptHub.Web.Commands.HubCommands.RunAsync(args);
