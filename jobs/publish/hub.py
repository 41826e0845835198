"""The Hub's errors as sentences."""

from collections.abc import Iterator
from contextlib import contextmanager

from loop.errors import BadInput, RepriseError
from loop.models.files import HUB_NAME

LOG_IN = "log in with `hf auth login`, or set HF_TOKEN"


class HubFailed(RepriseError):
    """The Hub could not be reached, or refused."""


def repository(name: str) -> str:
    """A repository's name, OWNER/NAME. Raises BadInput for what is none."""
    if name.count("/") != 1 or not HUB_NAME.fullmatch(name) or ".." in name or "--" in name:
        raise BadInput(f"'{name:.200}' is no repository; write OWNER/NAME")
    return name


@contextmanager
def told(repository: str, doing: str) -> Iterator[None]:
    """Turn what the client raises into one sentence; `doing` is the verb: read, write to."""
    import httpx
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError, OfflineModeIsEnabled

    try:
        yield
    except OfflineModeIsEnabled as error:
        raise HubFailed(
            f"the Hub is not asked while HF_HUB_OFFLINE is set; unset it to {doing} {repository}"
        ) from error
    except HfHubHTTPError as error:
        raise _of_status(error, repository, doing) from error
    except LocalEntryNotFoundError as error:
        if isinstance(error.__cause__, HfHubHTTPError):
            raise _of_status(error.__cause__, repository, doing) from error
        raise _unreachable(repository, doing) from error
    except (httpx.HTTPError, ConnectionError, TimeoutError) as error:
        raise _unreachable(repository, doing) from error
    except RuntimeError as error:  # a transfer's own error, round the reason
        why = _first_line(error.__cause__ or error)
        raise HubFailed(f"the transfer of {repository} broke off ({why}); run it again") from error


def _unreachable(repository: str, doing: str) -> HubFailed:
    return HubFailed(f"the Hub cannot be reached to {doing} {repository}; check the network and HF_ENDPOINT")


def _of_status(error: Exception, repository: str, doing: str) -> HubFailed:
    from huggingface_hub.errors import RepositoryNotFoundError, RevisionNotFoundError

    status = getattr(getattr(error, "response", None), "status_code", None)
    if isinstance(error, RevisionNotFoundError):
        return HubFailed(f"{repository} has no such revision; give a branch, a tag or a commit with --revision")
    if status == 401 and not isinstance(error, RepositoryNotFoundError):
        return HubFailed(f"the Hub does not know you, so you may not {doing} {repository}; {LOG_IN}")
    if status == 403:
        return HubFailed(
            f"your token may not {doing} {repository}; take one with that right, or a name of your own: {LOG_IN}"
        )
    if isinstance(error, RepositoryNotFoundError) or status == 404:
        return HubFailed(f"there is no {repository} on the Hub, or you may not see it; check the name, or {LOG_IN}")
    if status == 429:
        return HubFailed(f"the Hub has had too many requests and refuses to {doing} {repository}; try again later")
    return HubFailed(f"the Hub refused to {doing} {repository} ({_first_line(error)}); try again later")


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:200] if lines else type(error).__name__
