using System.Diagnostics;
using MediatR;
using PyScriptHub.Domain.Outcomes;

namespace PyScriptHub.Web.Http;

/// <summary>One line per use case: name, duration, outcome; never what was sent.</summary>
sealed partial class UseCaseLog<TRequest, TResponse>(ILogger<UseCaseLog<TRequest, TResponse>> logger) : IPipelineBehavior<TRequest, TResponse>
    where TRequest : IRequest<TResponse>
{
    public async Task<TResponse> Handle(TRequest request, CancellationToken cancellationToken, RequestHandlerDelegate<TResponse> next)
    {
        var start = Stopwatch.GetTimestamp();
        var outcome = "threw";
        try
        {
            var response = await next();
            outcome = response is IOutcome { Error: { } error } ? error.Code : "ok";
            return response;
        }
        finally
        {
            LogUseCase(typeof(TRequest).Name, Stopwatch.GetElapsedTime(start).TotalMilliseconds, outcome);
        }
    }

    [LoggerMessage(LogLevel.Information, "{UseCase} {Milliseconds:0.0} ms {Outcome}")]
    private partial void LogUseCase(string useCase, double milliseconds, string outcome);
}
