using System.Diagnostics.CodeAnalysis;

namespace PyScriptHub.Domain.Projects;

/// <summary>A project's identity: opaque to callers, 32 hexadecimal digits in addresses.</summary>
public readonly record struct ProjectId(Guid Value) : IParsable<ProjectId>
{
    public static ProjectId New(DateTimeOffset now) => new(Guid.CreateVersion7(now));

    public override string ToString() => Value.ToString("N");

    /// <inheritdoc cref="TryParse"/>
    public static ProjectId Parse(string s, IFormatProvider? provider) => TryParse(s, provider, out var id) ? id : default;

    /// <summary>Reads an id. A text that is none names no project, so that a wrong address is not found rather than malformed.</summary>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out ProjectId result)
    {
        result = Guid.TryParseExact(s, "N", out var value) ? new ProjectId(value) : default;
        return true;
    }
}
