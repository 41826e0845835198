"""Bad input: one clear sentence, exit status 2 or 1, no traceback, and nothing changed."""

import gzip
import json
import os
import pickle
import random
import resource
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import pytest

from loop.events import TextImported
from loop.ledger import Ledger
from studio.cli import main
from tests.e2e.cli import Cli, Result, environment, process
from tests.integration.models_server import Server, serving

CAPTIONS = "text,rating\n" + "".join(f"a caption about {n * n} cats,{1 + n % 5}\n" for n in range(600))


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Server]]:
    """A home with something in it that could be spoiled; every test here leaves it as it was."""
    home = tmp_path_factory.mktemp("lived in") / "home"
    home.mkdir()
    with serving() as server:
        (home / "config.toml").write_text(f'[generator]\nmodel = "little"\nurl = "{server.url}"\n')
        with redirect_stdout(StringIO()) as said:
            main(["write", "a brick", "--task", "brainstorm", "-n", "2", "--home", str(home), "--json"])
            first = json.loads(said.getvalue())["candidates"][0]["candidate_id"]
            main(["rate", first, "--score", "4", "--home", str(home)])
        yield home, server


@pytest.fixture
def kept(lived_in: tuple[Path, Server], capsys: pytest.CaptureFixture[str]) -> Cli:
    """`reprise` on that home."""
    return Cli(lived_in[0], capsys)


def refused(cli: Cli, *arguments: str, status: int = 2) -> Result:
    """The command fails as it should, and the home is as it was."""
    before = cli.state()
    done = cli(*arguments, "--json")
    assert (done.status, done.out) == (status, "")
    assert "Traceback" not in done.err
    assert 20 < len(done.sentence) < 400
    assert cli.state() == before
    return done


def test_what_nobody_can_write_about(kept: Cli, lived_in: tuple[Path, Server]) -> None:
    asked = len(lived_in[1].asked)
    assert "sonnet" in refused(kept, "write", "x", "--task", "sonnet").sentence
    assert "empty" in refused(kept, "write", " \n", "--task", "tweet").sentence
    assert "100,000" in refused(kept, "write", "x" * 100_000, "--task", "tweet").sentence
    assert "NUL" in refused(kept, "write", "a\x00b", "--task", "tweet").sentence
    assert "UTF-8" in refused(kept, "write", "a\udcffb", "--task", "tweet").sentence
    refused(kept, "write", "x", "--task", "tweet", "--field", "Bio")
    refused(kept, "write", "x", "--task", "tweet", "-n", "0")
    refused(kept, "write", "x", "--task", "tweet", "-n", "1000")
    assert "haiku" in refused(kept, "write", "x", "--task", "tweet", "--strategy", "haiku").sentence
    refused(kept, "recall", "")
    refused(kept, "recall", "x", "--task", "sonnet")
    refused(kept, "compare", "--strategies", "best", "--rounds", "1")
    refused(kept, "compare", "--strategies", "best,haiku", "--rounds", "1")
    refused(kept, "compare", "--strategies", "best,none", "--rounds", "1", "--rater", "judge")
    assert len(lived_in[1].asked) == asked


@pytest.mark.parametrize("score", ["0", "6", "NaN", "inf", "-1", "4.5", "five", "", "1e400", "relevance=0", "charm=3"])
def test_scores_that_nobody_can_have_meant(kept: Cli, score: str) -> None:
    item = kept.json("recall", "brick")["items"][0]["item_id"]
    wanted = "criterion" if score == "charm=3" else "score"
    assert wanted in refused(kept, "rate", item, "--score", score).sentence


NOBODY = [
    "rate c_nobody --score 4",
    "pick c_nobody",
    "edit c_nobody --text x",
    "hide c_nobody",
    "comment c_nobody x",
    "forget c_nobody",
    "models promote m_nobody",
    "evaluate m_nobody",
    "export d_nobody --format trl --out x.jsonl",
    "schedule run laundry",
    "refine --task sonnet",
    "distill --task sonnet",
]


@pytest.mark.parametrize("line", NOBODY)
def test_what_is_not_there(kept: Cli, line: str) -> None:
    arguments = line.split()
    done = refused(kept, *arguments)
    assert arguments[1] in done.sentence or arguments[-1] in done.sentence


def test_a_dataset_that_is_not_there_cannot_be_learned_from(cli: Cli) -> None:
    cli.json("models")
    assert "d_nobody" in refused(cli, "train", "d_nobody", "--method", "sft").sentence
    assert "prayer" in refused(cli, "train", "d_nobody", "--method", "prayer").sentence
    assert "rank" in refused(cli, "train", "d_nobody", "--method", "sft", "--set", "rank=0").sentence


def test_words_that_cannot_be_kept(kept: Cli) -> None:
    item = kept.json("recall", "brick")["items"][0]["item_id"]
    assert "empty" in refused(kept, "edit", item, "--text", "").sentence
    assert "100,000" in refused(kept, "edit", item, "--text", "x" * 100_000).sentence
    assert "NUL" in refused(kept, "comment", item, "a\x00b").sentence
    assert "rater" in refused(kept, "rate", item, "--score", "4", "--rater", " ").sentence


FILES = {
    "missing column.csv": b"caption,funny\na cat,3\n",
    "ragged.csv": b"text,rating\na cat,3,4,5\n",
    "not utf-8.csv": b"text,rating\n\xff\xfe\xfa\x80\x81 cats,3\n",
    "nul.csv": b"text,rating\na\x00cat,3\n",
    "empty.csv": b"",
    "half a gzip.csv.gz": gzip.compress(CAPTIONS.encode())[:200],
    "a picture.csv": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20,
    "no parquet.parquet": b"PAR1 and then nothing",
    "no json.jsonl": b"{]\n[1, 2]\n",
}


@pytest.mark.parametrize("name", FILES)
def test_files_that_hold_nothing_to_import(kept: Cli, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(FILES[name])
    before = kept.state()
    done = kept("import", str(tmp_path / name), "--task", "caption")
    assert done.status in (1, 2)
    assert 20 < len(done.sentence) < 600
    assert kept.state() == before


def test_a_file_that_is_not_there_and_a_folder(kept: Cli, tmp_path: Path) -> None:
    assert "nothing.csv" in refused(kept, "import", str(tmp_path / "nothing.csv"), "--task", "caption").sentence
    assert "folder" in refused(kept, "import", str(tmp_path), "--task", "caption").sentence
    assert "sonnet" in refused(kept, "import", str(tmp_path / "nothing.csv"), "--task", "sonnet").sentence


def test_a_few_bad_rows_do_not_spoil_the_others(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"text,rating\na cat,3\nragged,1,2,3\nbad \xff byte,2\na dog,9\na bird,4\n")
    done = cli("import", str(tmp_path / "a.csv"), "--task", "caption", "--json")
    assert (done.status, done.json["imported"]) == (0, 2)
    assert [error["row"] for error in done.json["errors"]] == [2, 3, 4]
    assert "3 rows" in done.sentence


def test_a_gzip_that_breaks_off_keeps_what_came_before_and_goes_on_later(cli: Cli, tmp_path: Path) -> None:
    lot = random.Random(0)
    rows = [f"cat {n},{1 + n % 5},{lot.randbytes(2000).hex()}" for n in range(300)]
    whole = gzip.compress("\n".join(["text,rating,noise", *rows]).encode())
    file = tmp_path / "captions.csv.gz"
    file.write_bytes(whole[: len(whole) // 2])
    done = cli("import", str(file), "--task", "caption", "--json")
    assert done.status == 1
    kept = done.json["imported"]
    assert 0 < kept < 300
    file.write_bytes(whole)
    assert cli.json("import", str(file), "--task", "caption")["imported"] == 300 - kept


@pytest.mark.parametrize("name", ["no/such/model", "../../etc/passwd", "a b c", "", "x" * 5000])
def test_a_model_that_is_none(cli: Cli, name: str) -> None:
    cli.json("models")
    done = refused_either(cli, "write", "x", "--task", "tweet", "--model", name)
    assert "model" in done.sentence


class Evil:
    """Leaves a trace when it is loaded."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return os.mkdir, (str(self.trace),)


def test_a_pickle_checkpoint_is_not_opened(cli: Cli, tmp_path: Path) -> None:
    cli.json("models")
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "config.json").write_text('{"model_type": "llama"}')
    (folder / "pytorch_model.bin").write_bytes(pickle.dumps(Evil(tmp_path / "trace")))
    assert "pickle" in refused(cli, "write", "x", "--task", "tweet", "--model", str(folder)).sentence
    refused(cli, "write", "x", "--task", "tweet", "--model", str(folder / "pytorch_model.bin"))
    assert not (tmp_path / "trace").exists()


def test_a_folder_that_is_no_model(cli: Cli, tmp_path: Path) -> None:
    cli.json("models")
    assert "config.json" in refused(cli, "write", "x", "--task", "tweet", "--model", str(tmp_path)).sentence


@pytest.mark.parametrize("text", ["[generator\n", "[generator]\nmodle = 1\n", "[memory]\nk = 0\n", "\x00"])
def test_settings_that_cannot_be_used(cli: Cli, text: str) -> None:
    cli.config(text)
    done = cli("recall", "x")
    assert (done.status, done.out) == (2, "")
    assert "config.toml" in done.sentence


def test_a_server_that_is_not_there(cli: Cli) -> None:
    cli.config('[generator]\nmodel = "little"\nurl = "http://127.0.0.1:9/v1"\ntimeout_s = 2.0\n')
    cli.json("models")
    assert "127.0.0.1:9" in refused(cli, "write", "x", "--task", "tweet", status=1).sentence


def refused_either(cli: Cli, *arguments: str) -> Result:
    """As `refused`, with status 1 or 2: a name of the Hub cannot be told from one that nobody bears, off the net."""
    before = cli.state()
    done = cli(*arguments)
    assert done.status in (1, 2)
    assert done.out == ""
    assert cli.state() == before
    return done


def test_a_home_that_is_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("mine")
    for home in (tmp_path / "file", tmp_path / "file" / "below"):
        done = Cli(home, capsys)("recall", "x")
        assert (done.status, done.out) == (1, "")
        assert "home" in done.sentence
    assert (tmp_path / "file").read_text() == "mine"


def test_a_home_that_is_read_only(small_disk: Path) -> None:
    home = small_disk / "home"
    assert process("models", "--home", str(home)).returncode == 0
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    for arguments in (["recall", "x"], ["rate", "c_1", "--score", "4"], ["models"]):
        done = process(*arguments, "--home", str(home))
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.count("\n") == 1
        assert "writ" in done.stderr


def test_a_disk_that_is_full(small_disk: Path, tmp_path: Path) -> None:
    file = tmp_path / "captions.csv"
    file.write_text(CAPTIONS)
    home = small_disk / "home"
    done = process("import", str(file), "--task", "caption", "--home", str(home))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert "space" in done.stderr
    subprocess.run(["mount", "-o", "remount,size=40m", str(small_disk)], check=True)
    again = process("import", str(file), "--task", "caption", "--home", str(home), "--json")
    assert again.returncode == 0, again.stderr
    ledger = Ledger.in_home(home)
    assert sum(isinstance(each.event, TextImported) for each in ledger.read()) == 600
    ledger.close()


def test_files_that_may_not_grow(tmp_path: Path) -> None:
    """The same without rights to mount: the system refuses to write beyond a size."""
    file = tmp_path / "captions.csv"
    file.write_text(CAPTIONS)
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))  # noqa: E731
    done = process("import", str(file), "--task", "caption", "--home", str(tmp_path / "home"), preexec_fn=limit)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert "space" in done.stderr


def test_a_backup_is_not_written_over(kept: Cli, tmp_path: Path) -> None:
    file = tmp_path / "home.tar.gz"
    kept.json("backup", str(file))
    before = file.read_bytes()
    refused(kept, "backup", str(file))
    assert file.read_bytes() == before
    kept("backup", str(file), "--force")
    assert file.read_bytes()[:2] == b"\x1f\x8b"
    refused(kept, "backup", str(tmp_path / "no" / "folder.tar.gz"))
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith(".")] == []


def test_nobody_reads_the_output(kept: Cli) -> None:
    """`reprise recall x | head -0`: quiet."""
    code = f"{shlex.quote(sys.executable)} -m studio.cli recall brick --home {shlex.quote(str(kept.home))} | true"
    done = subprocess.run(["bash", "-c", code], env=environment(), capture_output=True, text=True, check=False)
    assert done.stderr == ""
