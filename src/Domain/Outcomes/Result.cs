using System.Diagnostics.CodeAnalysis;

namespace PyScriptHub.Domain.Outcomes;

/// <summary>What every result can say without its type being known.</summary>
public interface IOutcome
{
    /// <summary>Why there is no value; null where there is one.</summary>
    Error? Error { get; }
}

/// <summary>What a use case answers: a value, or the error that says why there is none.</summary>
public readonly struct Result<T> : IOutcome
{
    private Result(T? value, Error? error) => (Value, Error) = (value, error);

    /// <summary>The value; null where <see cref="Error"/> is set.</summary>
    public T? Value { get; }

    /// <summary>The error; null where there is a value.</summary>
    public Error? Error { get; }

    /// <summary>Whether there is a value.</summary>
    [MemberNotNullWhen(true, nameof(Value))]
    [MemberNotNullWhen(false, nameof(Error))]
    public bool IsOk => Error is null;

    public static implicit operator Result<T>(T value) => new(value, null);

    public static implicit operator Result<T>(Error error) => new(default, error);
}

/// <summary>The value of a use case that has nothing to say but that it was done.</summary>
public readonly record struct Done;
