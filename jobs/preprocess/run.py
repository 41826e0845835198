"""Raw files become a cleaned dataset: every row cleaned and sifted, copies taken out, the rest split.

Texts go through a scratch folder beside the target, so that memory holds some hundred bytes for each, whatever the
files' size. The folder gets its name when all of it is written.
"""

import hashlib
import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from jobs.preprocess.near import near_duplicates, sign_all
from jobs.preprocess.reading import Progress, RawFiles, TextPlan
from jobs.preprocess.report import Counts, Report, Tally, make_report, write_report
from jobs.preprocess.rows import REPORT, SPLITS, split_file
from jobs.preprocess.settings import Preprocessing
from jobs.preprocess.sieve import Sieve
from jobs.preprocess.split import assign, share
from jobs.preprocess.spool import Spool
from loop.errors import BadInput
from loop.imports.row import RowError

DUPLICATE, NEAR = "duplicate", "near_duplicate"
_SCRATCH = "scratch"
T = TypeVar("T")


class Preprocessed(Counts, frozen=True, kw_only=True):
    """What became of the rows, and where the dataset is."""

    path: Path


def preprocess(
    paths: Sequence[Path], out: Path, settings: Preprocessing, progress: Progress, *, force: bool = False
) -> Preprocessed:
    """Clean files into the folder `out`. Raises BadInput, with nothing written, where that cannot be done.

    The same files and settings make the same folder, byte for byte.
    """
    files = RawFiles(paths, TextPlan(mapping=settings.mapping), settings.task, progress)
    sieve = Sieve(settings)
    with _becoming(out, force) as folder:
        report = _build(folder, files, sieve, settings, progress)
        write_report(folder, report)
    counts = {split: getattr(report, split) for split in SPLITS}
    return Preprocessed(
        rows_in=report.rows_in,
        rows_out=report.rows_out,
        **counts,
        dropped=report.dropped,
        changed=report.changed,
        path=out,
    )


def _build(folder: Path, files: RawFiles, sieve: Sieve, settings: Preprocessing, progress: Progress) -> Report:
    """The split files of the folder, and what the report says of them."""
    scratch, tally = folder / _SCRATCH, Tally()
    scratch.mkdir()
    with Spool(scratch) as spool:
        _fill(spool, files, sieve, settings, tally)
        kept = _without_copies(spool, scratch, settings, tally, progress)
        if not len(kept):
            raise BadInput(f"no text is left of {tally.told()}; see to the file, or ask for less cleaning")
        parts = assign(spool.shares(kept), settings.split, tally.told())
        counts = _write(folder, spool, kept, parts, progress)
        report = make_report(tally, counts, spool.lengths(kept), settings, files.sources)
    shutil.rmtree(scratch)
    return report


def _fill(spool: Spool, files: RawFiles, sieve: Sieve, settings: Preprocessing, tally: Tally) -> None:
    """Every row that is wanted goes into the spool."""
    for raw in files:
        tally.rows_in += 1
        if isinstance(raw, RowError):
            tally.refuse(raw)
            continue
        sifted = sieve.sift(raw)
        row = sifted.row
        if sifted.changes:
            tally.change(sifted.changes, _mark(raw.text), raw.text, row.text)
        if sifted.reason:
            tally.drop(sifted.reason, _mark(raw.text), raw.text)
        else:
            spool.add(row, share(row, settings.seed), _mark(row.text))


def _without_copies(
    spool: Spool, scratch: Path, settings: Preprocessing, tally: Tally, progress: Progress
) -> NDArray[np.int64]:
    """The places of the rows whose text is neither that of an earlier one nor near to it."""
    told = partial(progress, "near-duplicates")
    texts = _counted(spool.texts(), "comparing", len(spool), progress)
    signatures, gone = sign_all(texts, scratch / "signatures.u32"), spool.repeated()
    for place in np.flatnonzero(gone).tolist():
        tally.drop(DUPLICATE, spool.mark(place), spool.text(place))
    for copy, original in near_duplicates(signatures, gone, spool.text, settings.near_duplicates, told):
        gone[copy] = True
        tally.drop(NEAR, spool.mark(copy), spool.text(copy), spool.text(original))
    return np.flatnonzero(~gone)


def _write(
    folder: Path, spool: Spool, kept: NDArray[np.int64], parts: NDArray[np.int8], progress: Progress
) -> list[int]:
    """The rows of each split, in the order of the files; how many there are."""
    part_of = np.full(len(spool), -1, np.int8)
    part_of[kept] = parts
    with ExitStack() as stack:
        files = [stack.enter_context(split_file(folder, split).open("wb")) for split in SPLITS]
        lines = _counted(spool.lines(), "writing", len(spool), progress)
        for line, part in zip(lines, part_of.tolist(), strict=True):
            if part >= 0:
                files[part].write(line)
    return [int((parts == part).sum()) for part in range(len(SPLITS))]


def _counted(each: Iterator[T], what: str, total: int, progress: Progress) -> Iterator[T]:
    """The same, and the progress is told how many there were."""
    for number, one in enumerate(each):
        if number % 1_024 == 0:
            progress(what, number, total)
        yield one


@contextmanager
def _becoming(out: Path, force: bool) -> Iterator[Path]:
    """A new folder that gets the name `out` when the work in it is done, and is deleted when it fails."""
    _check(out, force)
    made = [each for each in out.absolute().parents if not each.exists()]
    folder, before = out.parent / f".{out.name}.partial", out.parent / f".{out.name}.before"
    try:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        yield folder
        if out.exists():
            shutil.rmtree(before, ignore_errors=True)
            out.rename(before)
        folder.rename(out)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        with suppress(OSError):
            if before.exists() and not out.exists():
                before.rename(out)
            for each in made:
                each.rmdir()
        raise
    shutil.rmtree(before, ignore_errors=True)


def _check(out: Path, force: bool) -> None:
    if not out.name:
        raise BadInput(f"'{out}' is no name for a folder; choose one that is not there yet")
    if not out.exists() and not out.is_symlink():
        return
    if not force:
        raise BadInput(f"'{out}' exists; choose another folder, or replace it with --force")
    if not out.is_dir() or out.is_symlink() or (any(out.iterdir()) and not (out / REPORT).is_file()):
        raise BadInput(f"'{out}' is no folder of cleaned texts, so --force will not replace it; choose another folder")


def _mark(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
