namespace PyScriptHub.Web.Pages.Shared;

/// <summary>One line of a form: <c>_Field</c> shows it with its hint, or with what is wrong instead.</summary>
/// <param name="Name">The field's name and id.</param>
/// <param name="Label">What it is called, in the page's language.</param>
/// <param name="Error">What is wrong with it; null where nothing is.</param>
sealed record Field(string Name, string Label, string? Error = null)
{
    public string Type { get; init; } = "text";

    public string? Value { get; init; }

    public string? Hint { get; init; }

    public string? Autocomplete { get; init; } = "off";

    public int? MaxLength { get; init; }

    public bool IsRequired { get; init; } = true;

    /// <summary>The smallest and the largest number, where it takes one.</summary>
    public (int Least, int Most)? Range { get; init; }
}
