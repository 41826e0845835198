"""A whole refinement on people's judgements of humour: imported, distilled, trained, compared and decided.

    python -m benchmarks.refine [FOLDER]     the folder keeps the home with its report

The input are 2,996 one-liners and 15,554 pairs of them with the votes for each side, and stories260k, a really trained
model. Bars: all of it in under 10 minutes on two cores; held-out preference loss under ln 2 and accuracy over 0.5
with its whole interval, or the gate refuses and says which bar and by how much.
"""

import json
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.measure import Bar, at_least, at_most
from jobs.refine import refine
from jobs.run_state import Refinement
from jobs.settings import DistillSettings, EvaluateSettings, GateSettings, TrainSettings
from jobs.workshop import Workshop
from loop.handlers import HANDLERS
from loop.importing import import_file
from loop.imports.plan import ImportPlan
from loop.ledger import Ledger
from loop.projector import Projector
from loop.registry import Registry
from loop.settings import TASKS, GeneratorSettings
from memory.embedder import load_embedder
from rewards.settings import RewardSettings

ROOT = Path(__file__).parent.parent
SHARED = Path(os.environ.get("REPRISE_DATA", ROOT.parent / "shared" / "data"))
MODEL = SHARED.parent / "models" / "stories260k"
LIMIT_S, LN_2 = 600.0, 0.6931
TASK = "tweet"


def run(folder: Path) -> dict[str, Any]:
    """The bars and every figure of the refinement's report."""
    home = folder / "home"
    shutil.rmtree(home, ignore_errors=True)
    begun = time.perf_counter()
    shop = _shop(home)
    _import(shop.ledger)
    imported = time.perf_counter() - begun
    result = refine(shop)
    seconds = time.perf_counter() - begun
    state = json.loads((shop.run_folder(result.run_id) / "report.json").read_text())
    bars = [at_most("import, distill, train, evaluate, decide, in seconds", seconds, LIMIT_S), *_bars(result, state)]
    return {
        "bars": bars,
        "outcome": result.outcome,
        "promoted": result.promoted,
        "report": result.report,
        "seconds_of": {"import": imported, **state["seconds"]},
        "gate": state["decision"],
        "preferred": (state["evaluation"] or {}).get("preferred"),
        "stages": [{k: stage[k] for k in ("stage", "rows", "metrics")} for stage in state["stages"]],
    }


def _bars(result: Refinement, state: dict[str, Any]) -> list[Bar]:
    """What was learned, in figures; and that a refusal says why."""
    found = (state["evaluation"] or {}).get("preferred")
    if found is None:
        return [at_least("held-out pairs to measure on", 0, 1)]
    refused = [bar for bar in result.bars if not bar.ok]
    told = all(bar.name in result.outcome and bar.why in result.outcome for bar in refused)
    return [
        at_most("held-out preference loss", found["loss"], LN_2),
        at_least("held-out preference accuracy, lower end of its 95 % interval", found["accuracy_interval"][0], 0.5),
        at_least("promoted, or every refusing bar told", float(result.promoted or (bool(refused) and told)), 1),
    ]


def _import(ledger: Ledger) -> None:
    """The best-worst scores as ratings of the texts, and the votes as preferences between them."""
    folder = SHARED / "ukp_humour_pairs"
    items = folder / "items.csv.gz"
    scores = ImportPlan.of(maps=["rating=bws_score"], scale="-1:1")
    import_file(ledger, items, scores, TASK, TASKS)
    pairs = ImportPlan.of(
        maps=[
            "chosen=item_a.text",
            "rejected=item_b.text",
            "votes_chosen=votes_a_funnier",
            "votes_rejected=votes_b_funnier",
        ],
        joins=[f"item_a={items}:item_id", f"item_b={items}:item_id"],
    )
    import_file(ledger, folder / "pair_votes.csv.gz", pairs, TASK, TASKS)


def _shop(home: Path) -> Workshop:
    home.mkdir(parents=True)
    ledger = Ledger.in_home(home)
    ledger.project(Projector(ledger, HANDLERS, RewardSettings()))
    return Workshop(
        home=home,
        ledger=ledger,
        registry=Registry(ledger, home, str(MODEL)),
        tasks=TASKS,
        generator=GeneratorSettings(model=str(MODEL)),
        open_embedder=lambda: load_embedder("minilm"),
        distill=DistillSettings(),
        train=TrainSettings(max_rows=800, nice=0),
        evaluate=EvaluateSettings(),
        gate=GateSettings(),
    )


if __name__ == "__main__":
    where = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.mkdtemp())
    print(json.dumps(run(where), indent=2))
