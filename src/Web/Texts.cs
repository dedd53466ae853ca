using Microsoft.Extensions.Localization;

// The assembly is named after the program; what is embedded is named after the namespace.
[assembly: RootNamespace("PyScriptHub.Web")]

namespace PyScriptHub.Web;

/// <summary>
/// Names the resource of all texts that people read. The key is the English text itself, so that a page can be read as it
/// stands; a translation is a file <c>Resources/Texts.&lt;language&gt;.resx</c> with the same keys.
/// </summary>
public sealed class Texts;
