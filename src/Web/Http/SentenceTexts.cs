using Microsoft.Extensions.Localization;
using PyScriptHub.Domain.Outcomes;

namespace PyScriptHub.Web.Http;

/// <summary>Says sentences of the domain in the language of the request.</summary>
static class SentenceTexts
{
    public static string Of(this IStringLocalizer<Texts> texts, Sentence sentence) => sentence.In(english => texts[english].Value);

    /// <summary>A sentence in the language of the request.</summary>
    public static string Say(this HttpContext context, Sentence sentence) =>
        context.RequestServices.GetRequiredService<IStringLocalizer<Texts>>().Of(sentence);
}
