"""What a failed call to an OpenAI-compatible endpoint means, in words for the operator."""

from openai import (
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    AuthenticationError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
)

from contracts.errors import ModelUnavailable

_FAILURES: tuple[tuple[tuple[type[Exception], ...], str, str], ...] = (
    (
        (AuthenticationError, PermissionDeniedError),
        "refused the key.",
        "Check the key in the settings.",
    ),
    (
        (NotFoundError,),
        "does not know '{model}'.",
        "Check the address (it ends in /v1) and the model's name in the settings.",
    ),
    ((RateLimitError,), "takes no more calls now.", "Try again in a minute, or raise its limit."),
    ((APITimeoutError,), "was silent for {timeout:g} s.", "Try again later."),
    (
        (APIConnectionError,),
        "cannot be reached or hung up.",
        "Start it, or check its address in the settings.",
    ),
    ((APIStatusError,), "failed: {error}", "See its log."),
)


def explained(error: Exception, what: str, model: str, timeout: float) -> ModelUnavailable:
    """Say what happened to ``what`` (``The language model at URL``) and what to do."""
    known = next((entry for entry in _FAILURES if isinstance(error, entry[0])), None)
    if known is None:
        reason = str(error)[:200] or type(error).__name__
        return ModelUnavailable(
            f"{what} broke off: {reason}", "Try again; if it stays, see its log."
        )
    said = known[1].format(model=model, timeout=timeout, error=str(error)[:500])
    return ModelUnavailable(f"{what} {said}", known[2])
