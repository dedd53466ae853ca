namespace PyScriptHub.Domain.Outcomes;

/// <summary>Why a use case did not do what was asked. A closed set: each record is one way to answer.</summary>
public abstract record Error
{
    private Error(string code, Sentence sentence) => (Code, Sentence) = (code, sentence);

    /// <summary>A stable word for programs, for example <c>path_traversal</c>.</summary>
    public string Code { get; }

    /// <summary>What is said to people: it names what to do.</summary>
    public Sentence Sentence { get; }

    /// <summary><see cref="Sentence"/> in English.</summary>
    public string Message => Sentence.ToString();

    /// <summary>There is no such thing, or the caller may not know that there is (404).</summary>
    public sealed record NotFound(string What) : Error("not_found", Sentence.Whole($"There is no such {What}, or it is not shared with you."));

    /// <summary>Nobody is signed in (401).</summary>
    public sealed record Unauthenticated() : Error("unauthenticated", "Sign in or send a personal access token.");

    /// <summary>The caller is known and may not do this (403).</summary>
    public sealed record Forbidden(Sentence Why) : Error("forbidden", Why);

    /// <summary>The state of things does not allow it (409).</summary>
    public sealed record Conflict(string Word, Sentence Why) : Error(Word, Why);

    /// <summary>The caller's version is not the newest (412).</summary>
    /// <param name="Tag">The newest version's entity tag, without quotes.</param>
    public sealed record Stale(string Tag) : Error("stale", $"Somebody was faster: the newest version is \"{Tag}\". Read it and apply your change again.");

    /// <summary>A condition was not sent that must be (428).</summary>
    public sealed record PreconditionRequired() : Error("precondition_required", "Send If-Match with the revision that you last read.");

    /// <summary>The request cannot be understood (400): field → what is wrong with it.</summary>
    public sealed record Malformed(IReadOnlyDictionary<string, Sentence[]> Errors) : Error("malformed", "The request has fields that are wrong.");

    /// <summary>One field of the request is wrong (400).</summary>
    public static Malformed Field(string field, Sentence why) => new(new Dictionary<string, Sentence[]>(StringComparer.Ordinal) { [field] = [why] });

    /// <summary>The request is understood and its content is not acceptable (422).</summary>
    /// <param name="Position">The place of the character that is wrong in the text that was read, from 0; null where it is no matter of one.</param>
    public sealed record Invalid(string Word, Sentence Why, string Where = "file", int? Position = null) : Error(Word, Why);

    /// <summary>Something is larger than the limit (413). Lengths in bytes, or a count of entries.</summary>
    public sealed record TooLarge(Sentence What, long Limit, long? Size) : Error("too_large", Compare(What, Limit, Size))
    {
        private static Sentence Compare(Sentence what, long limit, long? size)
        {
            if (size is { } known) return $"{what} has {known}, the limit is {limit}.";
            return $"{what} is larger than the limit of {limit}.";
        }
    }

    /// <summary>The body's type is not one that is taken here (415).</summary>
    public sealed record UnsupportedMediaType(Sentence Expected) : Error("unsupported_media_type", $"Send {Expected}.");

    /// <summary>Too many requests of this kind (429).</summary>
    public sealed record TooManyRequests(TimeSpan RetryAfter) : Error("too_many_requests", $"Too many at once. Try again in {Math.Ceiling(RetryAfter.TotalSeconds)} s.");

    /// <summary>The account's storage is used up (507). Lengths in bytes.</summary>
    public sealed record QuotaExceeded(long Limit, long Used) : Error("quota", $"The account holds {Used} of {Limit} bytes. Delete what is no longer needed.");

    /// <summary>The thing was here and was taken away for good (410).</summary>
    public sealed record Gone(string What) : Error("gone", Sentence.Whole($"This {What} was taken away."));

    /// <summary>Stored bytes do not have the hash that they are kept under (502).</summary>
    public sealed record CorruptBlob(string Hash) : Error("blob_corrupt", $"The stored bytes of {Hash} are damaged. Restore them from a backup.");
}
