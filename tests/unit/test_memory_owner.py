import os
import signal
import subprocess
import sys

from memory.owner import OwnerLock

HOLD = """
import sys, time
from pathlib import Path
from memory.owner import OwnerLock
lock = OwnerLock(Path(sys.argv[1]), "other")
print(lock.acquire(), flush=True)
time.sleep(60)
"""


def test_one_at_a_time_and_again_after_release(tmp_path):
    first, second = (OwnerLock(tmp_path / "index.lock", role) for role in ("serve", "worker"))
    assert first.acquire()
    assert first.acquire(), "holding it already is holding it"
    assert not second.acquire()
    assert second.owner().role == "serve"
    assert second.owner().pid == os.getpid()
    second.release()
    assert first.held, "only the holder lets go"
    first.release()
    assert first.owner() is None
    with second as held:
        assert held.held
    assert not second.held


def test_a_killed_owner_leaves_no_lock(tmp_path):
    path = tmp_path / "deep" / "index.lock"
    child = subprocess.Popen([sys.executable, "-c", HOLD, str(path)], stdout=subprocess.PIPE, text=True)
    try:
        assert child.stdout.readline() == "True\n"
        lock = OwnerLock(path, "me")
        assert not lock.acquire()
        assert lock.owner().role == "other"
    finally:
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
    assert lock.owner().role == "other", "a stale note stays, for the lock alone decides"
    assert lock.acquire()
    assert lock.owner().role == "me"
    lock.release()


def test_a_broken_note_says_nothing(tmp_path):
    lock = OwnerLock(tmp_path / "index.lock")
    (tmp_path / "owner.json").write_text("{", encoding="utf-8")
    assert lock.owner() is None
