using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace PyScriptHub.Testing;

/// <summary>Makes wheels for tests: right ones, unless something is said that is not.</summary>
public sealed class WheelBuilder
{
    private readonly string _name;
    private readonly string _version;
    private readonly List<(string Path, byte[] Content)> _files = [];
    private readonly List<string> _headers = [];
    private readonly Dictionary<string, byte[]?> _replaced = new(StringComparer.Ordinal);
    private string _tag = "py3-none-any";
    private Func<string, string> _record = record => record;
    private Action<ZipArchiveEntry>? _entry;

    public WheelBuilder(string name, string version) => (_name, _version) = (name, version);

    public string FileName => $"{_name.Replace('-', '_')}-{_version}-{_tag}.whl";

    /// <summary>The folder that describes the wheel, <c>a-1.0.dist-info</c>.</summary>
    public string Info => $"{_name.Replace('-', '_')}-{_version}.dist-info";

    /// <summary>A module of the package's own name that says its version, for wheels of which only that matters.</summary>
    public static WheelBuilder Simple(string name, string version, params string[] requires) =>
        new WheelBuilder(name, version).File($"{name.Replace('-', '_')}/__init__.py", $"version = '{version}'\n").Requires(requires);

    public WheelBuilder File(string path, string text) => File(path, Encoding.UTF8.GetBytes(text));

    public WheelBuilder File(string path, byte[] content)
    {
        _files.Add((path, content));
        return this;
    }

    /// <summary>A file of the folder that describes the wheel.</summary>
    public WheelBuilder InfoFile(string name, string text) => File($"{Info}/{name}", text);

    public WheelBuilder Requires(params string[] requirements)
    {
        foreach (var requirement in requirements) Header("Requires-Dist", requirement);
        return this;
    }

    public WheelBuilder Python(string versions) => Header("Requires-Python", versions);

    public WheelBuilder Header(string name, string value)
    {
        _headers.Add($"{name}: {value}");
        return this;
    }

    /// <summary>One tag, or a compressed set such as <c>py2.py3-none-any</c>.</summary>
    public WheelBuilder Tag(string tag)
    {
        _tag = tag;
        return this;
    }

    /// <summary>Puts another content in place of a file of <see cref="Info"/> that is made here; null leaves it out.</summary>
    public WheelBuilder Replace(string name, string? text)
    {
        _replaced[$"{Info}/{name}"] = text is null ? null : Encoding.UTF8.GetBytes(text);
        return this;
    }

    /// <summary>Changes the text of RECORD, which is right otherwise.</summary>
    public WheelBuilder Record(Func<string, string> change)
    {
        _record = change;
        return this;
    }

    /// <summary>Changes each entry of the archive before it is written.</summary>
    public WheelBuilder Entry(Action<ZipArchiveEntry> change)
    {
        _entry = change;
        return this;
    }

    public byte[] Build()
    {
        var files = _files.ToList();
        Add("METADATA", $"Metadata-Version: 2.1\nName: {_name}\nVersion: {_version}\n{string.Concat(_headers.Select(header => header + "\n"))}\nMade by a test.\n");
        Add("WHEEL", $"Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\n{string.Concat(Tags().Select(tag => $"Tag: {tag}\n"))}\n");
        var lines = files.Select(file => string.Create(CultureInfo.InvariantCulture, $"{Quote(file.Path)},sha256={Hash(file.Content)},{file.Content.Length}\n"));
        Add("RECORD", _record(string.Concat(lines) + $"{Info}/RECORD,,\n"));
        return Zip(files);

        void Add(string name, string text)
        {
            var path = $"{Info}/{name}";
            if (!_replaced.TryGetValue(path, out var content)) content = Encoding.UTF8.GetBytes(text);
            if (content is not null) files.Add((path, content));
        }
    }

    private byte[] Zip(List<(string Path, byte[] Content)> files)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (path, content) in files)
            {
                var entry = zip.CreateEntry(path);
                _entry?.Invoke(entry);
                using var target = entry.Open();
                target.Write(content);
            }
        }
        return stream.ToArray();
    }

    private IEnumerable<string> Tags()
    {
        var parts = _tag.Split('-');
        return from python in parts[0].Split('.') from abi in parts[1].Split('.') from platform in parts[2].Split('.') select $"{python}-{abi}-{platform}";
    }

    private static string Hash(byte[] content) => Convert.ToBase64String(SHA256.HashData(content)).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    private static string Quote(string path) => path.IndexOfAny([',', '"']) < 0 ? path : $"\"{path.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
