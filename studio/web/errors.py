"""Errors as HTTP says them: RFC 9457 problem details with one sentence that says what is wrong and what to do."""

import logging
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from loop.errors import BadInput, ModelUnusable, NotFound, RepriseError
from memory.errors import EmbedderUnusable, IndexUnusable, UnknownStrategy
from rewards.errors import RatingRefused

log = logging.getLogger("reprise.web")
BROKEN = "something broke inside; what was acknowledged is kept, and the log of `reprise serve` says more"


class Busy(RepriseError):
    """Too much was asked for at once."""


class Refused(RepriseError):
    """A request that may not come in."""

    def __init__(self, status: int, words: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(words)
        self.status = status
        self.headers = headers or {}


def sentence(error: BaseException) -> str:
    """The error in one line."""
    words = str(error).strip()
    return words.splitlines()[0] if words else type(error).__name__


def status_of(error: BaseException) -> int:
    """The HTTP status of an error of ours; 500 for what we did not foresee."""
    if isinstance(error, Refused):
        return error.status
    if isinstance(error, NotFound):
        return 404
    if isinstance(error, BadInput | RatingRefused | UnknownStrategy):
        return 422
    if isinstance(error, Busy | ModelUnusable | EmbedderUnusable | IndexUnusable):
        return 503
    return 500


def problem(status: int, words: str) -> dict[str, Any]:
    """The body of an error."""
    return {"type": "about:blank", "title": _TITLES.get(status, "Error"), "status": status, "detail": words}


def answer(status: int, words: str, headers: dict[str, str] | None = None) -> JSONResponse:
    """An error as a response."""
    more = {"Retry-After": "5"} if status in (429, 503) else {}
    return JSONResponse(problem(status, words), status, {**more, **(headers or {})}, "application/problem+json")


def tell_errors(app: FastAPI) -> None:
    """Have every error answered as a problem."""

    def foreseen(_: Request, error: Exception) -> JSONResponse:
        status = status_of(error)
        if status == 500:
            log.error("%s: %s", type(error).__name__, error)
        return answer(status, sentence(error))

    def malformed(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)
        return answer(422, "; ".join(_said(each) for each in error.errors()))

    def http(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)
        return answer(error.status_code, _KNOWN.get(error.status_code, str(error.detail)), dict(error.headers or {}))

    def broken(_: Request, error: Exception) -> JSONResponse:
        log.error("unforeseen", exc_info=error)
        return answer(500, BROKEN)

    for kind in (RepriseError, RatingRefused, UnknownStrategy, EmbedderUnusable, IndexUnusable):
        app.add_exception_handler(kind, foreseen)
    app.add_exception_handler(RequestValidationError, malformed)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(Exception, broken)


def _said(error: Any) -> str:
    place = ".".join(str(part) for part in error["loc"] if part not in ("body", "query", "path"))
    return f"{place or 'the request'}: {error['msg']}"


_TITLES = {
    400: "Bad request", 401: "Token needed", 403: "Refused", 404: "Not found", 405: "Wrong method",
    413: "Too large", 415: "Wrong content type", 421: "Wrong address", 422: "Cannot be done as asked",
    429: "Too many requests", 500: "Failed", 503: "Not now",
}  # fmt: skip
_KNOWN = {
    404: "there is no such page; see /docs for the API",
    405: "this address does not take this method; see /docs",
}
