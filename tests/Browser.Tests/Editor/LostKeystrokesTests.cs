using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using PyScriptHub.Web.Tests.Reliability;
using PyScriptHub.Web.Tests.Support;

namespace PyScriptHub.Browser.Tests.Editor;

/// <summary>Somebody writes while everything happens that can. The full form is <c>bench/lost-keystrokes</c>.</summary>
public sealed class LostKeystrokesTests(EditorStage stage) : IClassFixture<EditorStage>
{
    private static readonly TimeSpan s_kept = TimeSpan.FromSeconds(1);

    /// <summary>What can happen while somebody writes.</summary>
    private enum Interruption
    {
        Offline,
        SignedOut,
        Stale,
        Busy,
        TabClosed,
        TabCrashed,
        BrowserKilled,
    }

    [Fact]
    public async Task Every_word_that_was_typed_a_second_or_more_before_is_there_after_random_interruptions()
    {
        var times = FullForm.Times(8, 100);
        var random = new Random(20261121);
        var (ada, name) = await stage.MemberAsync();
        await using var _ = ada;
        var project = await stage.ProjectAsync(name);
        await ada.EditAsync(project.Text("editUrl"));
        var kinds = Enum.GetValues<Interruption>();
        var (typed, late) = (0, 0);
        var counts = new Dictionary<Interruption, int>();
        for (var round = 0; round < times; round++)
        {
            // Each kind at least once in the short form too.
            var kind = round < kinds.Length ? kinds[round] : kinds[random.Next(kinds.Length)];
            counts[kind] = counts.GetValueOrDefault(kind) + 1;
            FullForm.Progress($"round {round.ToString(CultureInfo.InvariantCulture)}: {kind}");
            // Bounded, so that a step that waits for ever is named and does not hold everybody up.
            var words = await InterruptAsync(ada, name, project, kind, round, random).WaitAsync(TimeSpan.FromMinutes(4));
            var stored = await stage.StoredAsync(project);
            foreach (var (word, isOwed) in words)
            {
                typed++;
                if (stored.Contains(word + " ", StringComparison.Ordinal)) continue;
                isOwed.ShouldBeFalse($"round {round}, {kind}: '{word}' was typed a second or more before and is not there: {stored}");
                late++;
            }
            // A text that fits on the screen, so that all of it can be seen.
            await ada.Page.Locator(".editor-code .cm-content").ClickAsync();
            await ada.Page.Keyboard.PressAsync("Control+a");
            await ada.Page.Keyboard.TypeAsync($"round {round.ToString(CultureInfo.InvariantCulture)} ");
            await ada.Page.Keyboard.PressAsync("Control+s");
            await ada.StateAsync("Saved");
        }
        FullForm.Report("keystrokes", [("interruptions", times), ("words", typed), ("younger than 1 s and gone", late), ("lost", 0), .. counts.Select(c => (c.Key.ToString(), (double)c.Value))]);
    }

    // Types, is interrupted at some moment, heals, and gives every word with whether it must be there.
    private async Task<List<(string Word, bool IsOwed)>> InterruptAsync(Person ada, string name, JsonElement project, Interruption kind, int round, Random random)
    {
        var watch = Stopwatch.StartNew();
        var words = new List<(string Word, TimeSpan At)>();
        await ada.Page.Locator(".editor-code .cm-content").ClickAsync();
        await ada.Page.Keyboard.PressAsync("Control+End");
        if (kind is Interruption.Offline or Interruption.TabClosed or Interruption.TabCrashed or Interruption.BrowserKilled && random.Next(2) == 0)
        {
            await TypeAsync(random.Next(200, 2_500));
            await ada.Context.SetOfflineAsync(true);
        }
        await TypeAsync(random.Next(800, 4_000));
        var ended = TimeSpan.MaxValue;
        switch (kind)
        {
            case Interruption.Offline:
                await ada.Context.SetOfflineAsync(true);
                await TypeAsync(random.Next(500, 4_000));
                break;
            case Interruption.SignedOut:
                await ada.SignOutElsewhereAsync();
                await ada.Page.BringToFrontAsync();
                await TypeAsync(2_500);
                await ada.StateAsync("Signed out");
                var tab = await ada.Context.NewPageAsync();
                await ada.SignInAsync(tab, name);
                await tab.CloseAsync();
                break;
            case Interruption.Stale:
                await stage.SaveAsAuthorAsync(project, $"by the author in round {round.ToString(CultureInfo.InvariantCulture)}");
                await TypeAsync(2_500);
                await ada.StateAsync("Waits for your choice");
                await ada.ChooseAsync("Compare and choose");
                await ada.ChooseAsync("Keep mine");
                break;
            case Interruption.Busy:
                stage.Door.Shut();
                await TypeAsync(2_500);
                stage.Door.Open();
                break;
            case Interruption.TabClosed:
                ended = watch.Elapsed;
                await ada.CloseTabAsync();
                break;
            case Interruption.TabCrashed:
                ended = watch.Elapsed;
                await ada.CrashTabAsync();
                break;
            case Interruption.BrowserKilled:
                ended = watch.Elapsed;
                await ada.KillBrowserAsync();
                break;
        }
        await ada.Context.SetOfflineAsync(false);
        if (ended != TimeSpan.MaxValue) await ada.EditAsync(project.Text("editUrl"), name);
        await ada.StateAsync("Saved");
        return words.ConvertAll(word => (word.Word, ended == TimeSpan.MaxValue || ended - word.At >= s_kept));

        async Task TypeAsync(int milliseconds)
        {
            var end = watch.Elapsed + TimeSpan.FromMilliseconds(milliseconds);
            while (watch.Elapsed < end)
            {
                var word = string.Create(CultureInfo.InvariantCulture, $"w{round}x{words.Count}");
                await ada.Page.Keyboard.TypeAsync(word + " ", new() { Delay = 10 });
                words.Add((word, watch.Elapsed));
                await Task.Delay(random.Next(0, 60));
            }
        }
    }
}
