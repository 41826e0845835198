"""Remote models: any OpenAI-compatible server, and any provider that LangChain knows. See `write`."""

import ipaddress
import os
import re
from typing import Any
from urllib.parse import urlsplit

from loop.errors import BadInput
from loop.models.remote_errors import Remote
from loop.models.remote_writer import RemoteWriter
from loop.models.sources import ChatSource, OpenAISource
from loop.settings import GeneratorSettings


def open_remote(settings: GeneratorSettings) -> RemoteWriter:
    """The remote model of the settings; nothing is sent yet.

    Raises BadInput for a URL that is none, a missing key, an unknown provider or one whose package is not installed.
    """
    if settings.url or settings.model.startswith("openai:"):
        return _openai(settings)
    return _provider(settings)


def _openai(settings: GeneratorSettings) -> RemoteWriter:
    from loop.models.openai_chat import OpenAIChat

    name = settings.model.removeprefix("openai:")
    where = _checked(settings.url) if settings.url else "https://api.openai.com/v1"
    chat = OpenAIChat(
        model=name,
        base_url=where,
        api_key=_key(settings, where),
        timeout=settings.timeout_s,
        max_retries=1,
        own_server=bool(settings.url),
    )
    return RemoteWriter(OpenAISource(chat), _remote(settings, f"the server at {_shown(where)}"))


def _provider(settings: GeneratorSettings) -> RemoteWriter:
    from langchain.chat_models import init_chat_model

    provider = settings.model.partition(":")[0]
    key = os.environ.get(settings.api_key_env)
    own_key: dict[str, Any] = {"api_key": key} if key and settings.api_key_env != "OPENAI_API_KEY" else {}
    try:
        chat = init_chat_model(settings.model, timeout=settings.timeout_s, max_retries=1, **own_key)
    except ImportError as error:
        package = re.search(r"langchain-[\w-]+", str(error))
        raise BadInput(f"'{provider}' needs a package; pip install {package[0] if package else provider}") from error
    except Exception as error:
        reason = str(error).strip().splitlines()[0]
        raise BadInput(f"the model '{settings.model}' cannot be set up: {reason}") from error
    return RemoteWriter(ChatSource(chat), _remote(settings, f"the provider '{provider}'"))


def _remote(settings: GeneratorSettings, where: str) -> Remote:
    return Remote(where=where, model=settings.model, key_env=settings.api_key_env, timeout_s=settings.timeout_s)


def _checked(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise BadInput(f"'{url}' is no address of a server; set generator.url to one like http://127.0.0.1:8000/v1")
    return url.rstrip("/")


def _shown(url: str) -> str:
    """The URL without a password or a query."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _key(settings: GeneratorSettings, url: str) -> Any:
    from pydantic import SecretStr

    key = os.environ.get(settings.api_key_env)
    if not key and not _is_loopback(urlsplit(url).hostname or ""):
        raise BadInput(f"the server at {_shown(url)} needs a key; set the environment variable {settings.api_key_env}")
    return SecretStr(key or "none")


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
