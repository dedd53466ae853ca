using Microsoft.Playwright;

namespace PyScriptHub.Browser.Tests.Pages;

/// <summary>The look-up of packages as somebody uses it.</summary>
public sealed class PackageSearchTests(PageStage stage) : IClassFixture<PageStage>
{
    [Fact]
    public async Task What_one_types_is_searched_for_at_once_and_the_address_follows()
    {
        await using var visit = await stage.OpenAsync(new ShownPage("packages", "/packages"));
        await visit.Page.Locator("#q").PressSequentiallyAsync("mtaplotlib", new() { Delay = 20 });
        await Assertions.Expect(visit.Page.Locator("#found li a").First).ToHaveTextAsync("matplotlib");
        await Assertions.Expect(visit.Page).ToHaveURLAsync(new Uri(new Uri(visit.Page.Url), "/packages?q=mtaplotlib").AbsoluteUri);
        await visit.Page.Locator("#found li a").First.ClickAsync();
        await Assertions.Expect(visit.Page.Locator("h1")).ToHaveTextAsync("matplotlib");
        visit.Outside.ShouldBeEmpty();
        visit.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_config_is_copied_as_it_is_to_be_written()
    {
        await using var visit = await stage.OpenAsync(new ShownPage("package", "/packages/Scikit_Learn"));
        await visit.Page.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        await visit.Page.Locator("button[data-copy]").ClickAsync();
        await Assertions.Expect(visit.Page.Locator("button[data-copy] [data-label]")).ToHaveTextAsync("Copied");
        (await visit.Page.EvaluateAsync<string>("navigator.clipboard.readText()")).ShouldBe("packages = [\"scikit-learn\"]");
    }

    [Fact]
    public async Task A_search_works_without_scripts()
    {
        await using var visit = await stage.OpenAsync(new ShownPage("packages", "/packages"), scripted: false);
        await visit.Page.FillAsync("#q", "PIL");
        await visit.Page.PressAsync("#q", "Enter");
        await Assertions.Expect(visit.Page.Locator("#found li a").First).ToHaveTextAsync("Pillow");
    }
}
