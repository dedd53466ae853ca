using System.Buffers.Text;
using System.Globalization;
using System.Text;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Projects;

namespace PyScriptHub.Infrastructure.PackageIndex;

/// <summary>A line of RECORD: a file of the wheel.</summary>
/// <param name="Algorithm">The hash's name as Python's <c>hashlib</c> has it; null where the line has no hash.</param>
/// <param name="Hash">None where the line has no hash.</param>
/// <param name="Length">In bytes; null where the line has none.</param>
sealed record RecordLine(string Path, string? Algorithm, byte[] Hash, long? Length);

/// <summary>What a wheel says that it holds (packaging.python.org, "Binary distribution format" and "Recording installed projects", "The RECORD file").</summary>
static class WheelRecord
{
    /// <summary>Reads the lines, each a path, a hash and a length. Error: <c>bad_record</c>.</summary>
    public static Result<List<RecordLine>> Parse(ReadOnlySpan<byte> content, int most)
    {
        var lines = new List<RecordLine>();
        using var reader = new StringReader(Encoding.UTF8.GetString(content).TrimStart('\uFEFF'));
        while (reader.ReadLine() is { } text)
        {
            if (text.Length == 0) continue;
            if (lines.Count == most) return Bad($"has more than {most} lines");
            if (Fields(text) is not [var path, var hash, var length, ..]) return Bad($"has a line that is not a path, a hash and a length: '{FilePath.Show(text)}'");
            if (ReadHash(hash) is not var (algorithm, bytes)) return Bad($"has a hash for '{FilePath.Show(path)}' that is not SHA-256 or longer");
            long? size = null;
            if (length.Length > 0)
            {
                if (!long.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return Bad($"has a length for '{FilePath.Show(path)}' that is no number");
                size = number;
            }
            lines.Add(new(path, algorithm, bytes, size));
        }
        return lines;
    }

    public static Error.Invalid Bad(Sentence why) => new("bad_record", $"The wheel's RECORD {why}. Build the wheel again.", "wheel");

    // Comma-separated, as Python's csv module writes it: what has a comma or a quotation mark stands in quotation marks.
    private static List<string> Fields(string line)
    {
        var fields = new List<string>();
        var field = new StringBuilder();
        var isQuoted = false;
        for (var i = 0; i < line.Length; i++)
        {
            var c = line[i];
            if (isQuoted && c == '"' && i + 1 < line.Length && line[i + 1] == '"')
            {
                field.Append('"');
                i++;
            }
            else if (c == '"') isQuoted = !isQuoted;
            else if (c == ',' && !isQuoted)
            {
                fields.Add(field.ToString());
                field.Clear();
            }
            else field.Append(c);
        }
        fields.Add(field.ToString());
        return fields;
    }

    // sha256 or better: "md5, sha1 and sha224 are not permitted".
    private static (string? Algorithm, byte[] Hash)? ReadHash(string text)
    {
        if (text.Length == 0) return (null, []);
        var parts = text.Split('=', 2);
        var length = parts[0] switch { "sha256" => 32, "sha384" => 48, "sha512" => 64, _ => 0 };
        if (length == 0 || parts.Length != 2) return null;
        var encoded = parts[1].TrimEnd('=');
        if (!Base64Url.IsValid(encoded)) return null;
        var hash = Base64Url.DecodeFromChars(encoded);
        return hash.Length == length ? (parts[0], hash) : null;
    }
}
