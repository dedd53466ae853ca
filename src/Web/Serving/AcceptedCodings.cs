using Microsoft.Net.Http.Headers;

namespace PyScriptHub.Web.Serving;

/// <summary>A form that a file is sent in.</summary>
internal enum ContentCoding
{
    Identity,
    Gzip,
    Brotli,
}

/// <summary>
/// What <c>Accept-Encoding</c> says (RFC 9110, 12.5.3) about the codings that the hub makes: a quality of 0 is a refusal;
/// identity is acceptable unless it is refused by name or by <c>*;q=0</c>. Codings that the hub does not make are skipped.
/// </summary>
internal sealed record AcceptedCodings(double Brotli, double Gzip, double Identity)
{
    // Identity that nobody mentions is acceptable, but everything that somebody mentions is preferred.
    private const double Unmentioned = 0.0001;

    public static AcceptedCodings Of(HttpRequest request)
    {
        if (!StringWithQualityHeaderValue.TryParseList(request.Headers.AcceptEncoding, out var listed)) return new(0, 0, 1);
        double? brotli = null, gzip = null, identity = null, any = null;
        foreach (var coding in listed)
        {
            var quality = coding.Quality ?? 1;
            if (coding.Value.Equals("br", StringComparison.OrdinalIgnoreCase)) brotli = quality;
            else if (coding.Value.Equals("gzip", StringComparison.OrdinalIgnoreCase)) gzip = quality;
            else if (coding.Value.Equals("x-gzip", StringComparison.OrdinalIgnoreCase)) gzip ??= quality;
            else if (coding.Value.Equals("identity", StringComparison.OrdinalIgnoreCase)) identity = quality;
            else if (coding.Value.Equals("*", StringComparison.Ordinal)) any = quality;
        }

        return new(brotli ?? any ?? 0, gzip ?? any ?? 0, identity ?? (any is 0 ? 0 : Unmentioned));
    }

    /// <summary>Whether any coding but identity may be sent.</summary>
    public bool AnyCompressed => Brotli > 0 || Gzip > 0;

    /// <summary>The acceptable codings, best first; of equals the one that makes the smallest body.</summary>
    public IEnumerable<ContentCoding> InOrder() =>
        new[] { (ContentCoding.Brotli, Quality: Brotli), (ContentCoding.Gzip, Quality: Gzip), (ContentCoding.Identity, Quality: Identity) }
            .Where(coding => coding.Quality > 0)
            .OrderByDescending(coding => coding.Quality)
            .Select(coding => coding.Item1);
}
