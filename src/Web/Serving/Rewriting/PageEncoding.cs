using System.Text;
using AngleSharp.Html.Parser;

namespace PyScriptHub.Web.Serving.Rewriting;

/// <summary>A page's bytes as text and back, by the page's own charset; the byte order mark is kept apart.</summary>
sealed class PageEncoding
{
    // Browsers look at the first 1,024 bytes at least; pages with a long comment in front are read further by them too.
    private const int DeclarationWindow = 8192;

    private readonly Encoding _encoding;
    private readonly byte[] _mark;

    static PageEncoding() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    private PageEncoding(Encoding encoding, byte[] mark, string text) => (_encoding, _mark, Text) = (encoding, mark, text);

    public string Text { get; }

    /// <summary>The name for the Content-Type.</summary>
    public string Charset => _encoding.WebName;

    /// <summary>The page as text; null where the bytes do not decode, or would not come back the same.</summary>
    public static PageEncoding? Read(byte[] bytes)
    {
        byte[] mark = [];
        var name = "utf-8";
        if (bytes is [0xEF, 0xBB, 0xBF, ..]) mark = bytes[..3];
        else if (bytes is [0xFF, 0xFE, ..]) (mark, name) = (bytes[..2], "utf-16le");
        else if (bytes is [0xFE, 0xFF, ..]) (mark, name) = (bytes[..2], "utf-16be");
        else name = Declared(bytes) ?? name;

        try
        {
            var encoding = Encoding.GetEncoding(name, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback);
            var body = bytes.AsSpan(mark.Length);
            var text = encoding.GetString(body);
            return encoding.GetBytes(text).AsSpan().SequenceEqual(body) ? new(encoding, mark, text) : null;
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            // An unknown name, or bytes that are none of this charset (DecoderFallbackException is an ArgumentException).
            return null;
        }
    }

    public byte[] Write(string text) => [.. _mark, .. _encoding.GetBytes(text)];

    // html.spec.whatwg.org, "prescan a byte stream": labels of Latin-1 and ASCII mean windows-1252, UTF-16 in a meta means UTF-8.
    private static string? Declared(byte[] bytes)
    {
        var start = Encoding.Latin1.GetString(bytes.AsSpan(0, Math.Min(bytes.Length, DeclarationWindow)));
        if (!start.Contains("charset", StringComparison.OrdinalIgnoreCase)) return null;
        foreach (var meta in new HtmlParser().ParseDocument(start).QuerySelectorAll("meta"))
        {
            var label = meta.GetAttribute("charset");
            if (label is null && string.Equals(meta.GetAttribute("http-equiv"), "content-type", StringComparison.OrdinalIgnoreCase))
            {
                label = InContentType(meta.GetAttribute("content") ?? "");
            }

            if (string.IsNullOrWhiteSpace(label)) continue;
            return label.Trim().ToLowerInvariant() switch
            {
                "utf8" or "unicode-1-1-utf-8" => "utf-8",
                "iso-8859-1" or "iso8859-1" or "iso88591" or "latin1" or "l1" or "ascii" or "us-ascii" or "cp1252" or "x-cp1252" => "windows-1252",
                "gb2312" or "gbk" or "x-gbk" => "gb18030",
                "shift-jis" or "sjis" or "x-sjis" or "ms_kanji" => "shift_jis",
                var utf16 when utf16.StartsWith("utf-16", StringComparison.Ordinal) => "utf-8",
                var other => other,
            };
        }

        return null;
    }

    private static string? InContentType(string content)
    {
        var at = content.IndexOf("charset=", StringComparison.OrdinalIgnoreCase);
        return at < 0 ? null : content[(at + 8)..].Split(';', ' ')[0].Trim('"', '\'');
    }
}
