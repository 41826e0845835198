"""What a remote model's failure means, in one sentence that says what to do."""

import msgspec


class Remote(msgspec.Struct, frozen=True, kw_only=True):
    """Who is asked."""

    where: str
    """`the server at URL`, or `the provider 'NAME'`."""
    model: str
    key_env: str
    timeout_s: float


def asks_too_much(error: Exception) -> bool:
    """Whether a request for n candidates was refused as a request, so that single ones may be taken."""
    return _status(error) in (400, 422)


def sentence(error: Exception, remote: Remote) -> str:
    """The error as one sentence."""
    status, kind = _status(error), type(error).__name__
    if isinstance(error, TimeoutError) or "Timeout" in kind or status in (408, 504):
        return f"{remote.where} did not answer within {remote.timeout_s:g} s; raise generator.timeout_s or see its load"
    if status is not None:
        return _refused(status, error, remote)
    if "Connect" in kind or isinstance(error, ConnectionError):
        return f"{remote.where} cannot be reached; start it or correct generator.url"
    return f"{remote.where} sent no chat completion ({_short(error)}); is generator.url an OpenAI-compatible API?"


def _refused(status: int, error: Exception, remote: Remote) -> str:
    said = f"{remote.where} answered {status}"
    if status in (401, 403):
        return f"{said}: it refused the key; set a valid one in the environment variable {remote.key_env}"
    if status == 404:
        return f"{said}: it does not know the model '{remote.model}' or the path; see generator.model and generator.url"
    if status == 429:
        return f"{said}: too many requests or no quota left; wait, or use another model"
    if status >= 500:
        return f"{said}: it failed ({_short(error)}); look at its log and try again"
    return f"{said}: it refused the request ({_short(error)}); check generator.model and the task's options"


def _status(error: Exception) -> int | None:
    found = getattr(error, "status_code", None) or getattr(getattr(error, "response", None), "status_code", None)
    return found if isinstance(found, int) and found >= 400 else None


def _short(error: Exception) -> str:
    """The first line, at most 160 characters."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0][:160]
