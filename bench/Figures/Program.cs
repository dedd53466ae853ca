using PyScriptHub.Figures;

return args switch
{
    ["pages", .. var rest] => await PageFigures.MeasureAsync(rest.Length > 0 ? int.Parse(rest[0], System.Globalization.CultureInfo.InvariantCulture) : 5),
    ["editor", .. var rest] => await EditorFigures.MeasureAsync(rest.Length > 0 ? int.Parse(rest[0], System.Globalization.CultureInfo.InvariantCulture) : 5),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("Usage: figures pages|editor [runs]");
    return 2;
}
