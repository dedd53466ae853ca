using PyScriptHub.Figures;

return args switch
{
    ["pages", .. var rest] => await PageFigures.MeasureAsync(rest.Length > 0 ? int.Parse(rest[0], System.Globalization.CultureInfo.InvariantCulture) : 5),
    ["editor", .. var rest] => await EditorFigures.MeasureAsync(rest.Length > 0 ? int.Parse(rest[0], System.Globalization.CultureInfo.InvariantCulture) : 5),
    ["packages-search", .. var rest] => await PackageSearchFigures.MeasureAsync(Number(rest, 0, 5), Number(rest, 1, 500_000)),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("Usage: figures pages|editor [runs], figures packages-search [rounds] [packages]");
    return 2;
}

static int Number(string[] words, int index, int otherwise) =>
    words.Length > index ? int.Parse(words[index], System.Globalization.CultureInfo.InvariantCulture) : otherwise;
