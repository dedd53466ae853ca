namespace PyScriptHub.Domain.SmokeRuns;

/// <summary>What an opening of a page came to.</summary>
public enum SmokeOutcome
{
    /// <summary>Every script ran to its end without an error, or runs for good by design.</summary>
    Passed,

    /// <summary>Python or the page raised an error.</summary>
    Failed,

    /// <summary>Something that had to come did not come in time; the run says what.</summary>
    TimedOut,

    /// <summary>It would have failed or timed out, and a request to an outside host had been refused before.</summary>
    Refused,

    /// <summary>The hub's own fault, after all attempts: no word on the page.</summary>
    Crashed,

    /// <summary>The page has no script that this interpreter could run.</summary>
    NotApplicable,
}

/// <summary>Where a run stands.</summary>
public enum SmokeRunState
{
    Queued,
    Running,
    Done,
}

/// <summary>Why a run was asked for; what comes first is taken first.</summary>
public enum SmokePriority
{
    /// <summary>Somebody asked and waits.</summary>
    Asked = 0,

    /// <summary>A revision was published.</summary>
    Published = 1,

    /// <summary>A release is a candidate.</summary>
    Canary = 2,

    /// <summary>The nightly look at projects that are in use.</summary>
    Nightly = 3,
}

/// <summary>How outcomes are put together.</summary>
public static class SmokeOutcomes
{
    /// <summary>
    /// The outcome of a project out of those of its pages: the worst, in the order failed, timed out, refused, crashed, passed;
    /// not applicable only where all pages are. Null for none.
    /// </summary>
    public static SmokeOutcome? Worst(IEnumerable<SmokeOutcome> pages)
    {
        SmokeOutcome? worst = null;
        foreach (var page in pages)
        {
            if (worst is null || Badness(page) > Badness(worst.Value)) worst = page;
        }
        return worst;
    }

    private static int Badness(SmokeOutcome outcome) => outcome switch
    {
        SmokeOutcome.Failed => 5,
        SmokeOutcome.TimedOut => 4,
        SmokeOutcome.Refused => 3,
        SmokeOutcome.Crashed => 2,
        SmokeOutcome.Passed => 1,
        _ => 0,
    };
}
