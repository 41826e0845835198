"""Who owns the embedded index. Two processes on one Chroma folder lose vectors, so one at a time may open it."""

import os
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

import msgspec
from filelock import FileLock, Timeout


class Owner(msgspec.Struct, frozen=True, kw_only=True):
    """The process that said last that it owns the index; after a SIGKILL it may be gone."""

    pid: int
    role: str
    since: str
    """UTC, ISO 8601."""


class OwnerLock:
    """A lock of the operating system on `path`: it goes with its process, however that ends."""

    def __init__(self, path: Path, role: str = "reprise") -> None:
        self._lock = FileLock(str(path), thread_local=False)
        self._note = path.with_name("owner.json")
        self._path = path
        self._role = role

    @property
    def held(self) -> bool:
        """Whether this object holds the lock."""
        return self._lock.is_locked

    def acquire(self) -> bool:
        """Try once; False when another process, or another object in this one, holds it."""
        if self.held:
            return True
        self._path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._lock.acquire(blocking=False)
        except Timeout:
            return False
        self._write()
        return True

    def release(self) -> None:
        """Let go; nothing happens when it is not held."""
        if self.held:
            self._note.unlink(missing_ok=True)
            self._lock.release()

    def owner(self) -> Owner | None:
        """Who said last that it owns the index, for people to read; only the lock itself decides."""
        try:
            return msgspec.json.decode(self._note.read_bytes(), type=Owner)
        except (FileNotFoundError, msgspec.DecodeError):
            return None

    def _write(self) -> None:
        since = datetime.now(UTC).isoformat(timespec="seconds")
        fresh = self._note.with_name(f"{self._note.name}.{os.getpid()}")
        fresh.write_bytes(msgspec.json.encode(Owner(pid=os.getpid(), role=self._role, since=since)))
        fresh.replace(self._note)

    def __enter__(self) -> "OwnerLock":
        self.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()
