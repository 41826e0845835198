"""What was forgotten is nowhere, and what was learned from it is marked."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from jobs.distill.dataset import load_dataset_manifest, verify_dataset
from jobs.forgetting import forget
from jobs.rewarding.serving import marked
from jobs.settings import TrainSettings
from jobs.train.plan import Plan, write_plan
from loop import feedback, schema
from loop.errors import NotFound
from loop.events import ItemForgotten, RewardFitted, TrainingFinished, TrainingStarted
from tests.distill_home import Home, content, free_prompt, rows

SECRET = "unmistakable marmalade"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    made = Home(tmp_path / "home")
    for start in (0, 100, 200, 300):
        ids = made.turn(free_prompt(held=False, start=start), [f"fine line {start}", f"weak words {start}"])
        made.rate(ids[0], 5)
        made.rate(ids[1], 1)
    yield made
    made.ledger.close()


def secret_turn(home: Home, prompt: str | None = None) -> list[str]:
    ids = home.turn(prompt or free_prompt(held=False, start=400), [SECRET, "plain toast"])
    home.rate(ids[0], 5)
    home.rate(ids[1], 1)
    feedback.comment(home.ledger, ids[0], f"I like {SECRET}")
    return ids


def trained(home: Home, dataset_id: str, model_id: str, parent: str | None = None) -> None:
    common = {"run_id": f"r_{model_id}", "dataset_id": dataset_id, "method": "sft", "base": "b"}
    home.ledger.append(
        TrainingStarted(**common),  # type: ignore[arg-type]
        TrainingFinished(model_id=model_id, parent=parent, sha256="0", metrics={}, **common),  # type: ignore[arg-type]
    )


def tainted(home: Home) -> dict[str, str | None]:
    c = schema.models.c
    with home.ledger.reading() as db:
        return {row.model_id: row.tainted for row in db.execute(sa.select(c.model_id, c.tainted))}


def fitted(home: Home, dataset_id: str, reward_id: str) -> None:
    home.ledger.append(
        RewardFitted(reward_id=reward_id, kind="head", tasks=(), dataset_id=dataset_id, sha256="0", metrics={})
    )


def plan(run: Path, reward_id: str, dataset_id: str) -> Plan:
    return Plan(
        run_id=reward_id, model_id=reward_id, method="reward", base="b", device="cpu", dataset_id=dataset_id,
        dataset=str(run), dataset_sha256="0", parent=None, parent_adapter=None, models=str(run),
        settings=TrainSettings(),
    )  # fmt: skip


def files_with(home: Home, words: str) -> list[Path]:
    """Files beside the database that hold the words."""
    found = (path for path in home.folder.rglob("*") if path.is_file() and not path.name.startswith("ledger.db"))
    return [path for path in found if words.encode() in path.read_bytes()]


def test_an_item_goes_from_the_ledger_and_from_an_untrained_dataset(home: Home) -> None:
    one, other = secret_turn(home)
    made = home.distill()
    assert files_with(home, SECRET)
    done = forget(home.ledger, home.folder, one)
    assert (done.items, done.deleted, done.struck, done.models) == ([one], [made.dataset_id], [], [])
    assert files_with(home, SECRET) == []
    with home.ledger.reading() as db:
        texts = list(db.execute(sa.select(schema.texts.c.text)).scalars())
        vectors = set(db.execute(sa.select(schema.vectors.c.id)).scalars())
    assert not any(SECRET in text for text in texts)
    assert one not in vectors
    assert other in vectors
    event = home.ledger.read(limit=10_000)[-1].event
    assert event == ItemForgotten(item_id=one, datasets=(made.dataset_id,))
    again = home.distill()
    assert again.fresh
    assert one not in {id_ for row in rows(again, "sft") for id_ in row["items"]}
    assert content(again) == content(home.distill(into=home.folder / "scratch"))


def test_a_trained_dataset_is_struck_and_its_models_are_marked(home: Home) -> None:
    one, _ = secret_turn(home)
    made = home.distill()
    trained(home, made.dataset_id, "m_1")
    trained(home, "d_other", "m_2")
    trained(home, "d_other", "m_3", parent="m_1")
    before = rows(made, "sft")
    done = forget(home.ledger, home.folder, one)
    assert (done.deleted, done.struck, done.models) == ([], [made.dataset_id], ["m_1", "m_3"])
    assert tainted(home) == {"m_1": one, "m_2": None, "m_3": one}
    assert files_with(home, SECRET) == []
    assert rows(made, "sft") == [row for row in before if one not in row["items"]]
    manifest = load_dataset_manifest(home.folder, made.dataset_id)
    assert manifest.forgotten == (one,)
    assert manifest.counts["sft"] == len(before) - 1
    assert verify_dataset(made.path) == []


def test_reward_models_are_marked_and_what_a_killed_fit_left_goes(home: Home) -> None:
    one, _ = secret_turn(home)
    made = home.distill()
    fitted(home, made.dataset_id, "w_1")
    fitted(home, "d_other", "w_2")
    for reward_id, dataset_id in (("w_3", made.dataset_id), ("w_4", "d_other")):
        run = home.folder / "runs" / reward_id
        write_plan(run, plan(run, reward_id, dataset_id))
        (run / "rows.jsonl").write_text(f'{{"chosen": "{SECRET if reward_id == "w_3" else "moss"}"}}\n')
    done = forget(home.ledger, home.folder, one)
    assert (done.struck, done.models, done.rewards) == ([made.dataset_id], [], ["w_1"])
    assert marked(home.ledger) == {"w_1": one}
    assert files_with(home, SECRET) == []
    assert sorted(path.name for path in (home.folder / "runs").iterdir()) == ["w_4"]
    home.ledger.append(ItemForgotten(item_id="i_9", rewards=("w_2",)))
    assert marked(home.ledger) == {"w_1": one, "w_2": "i_9"}


def test_a_turn_goes_with_its_prompt_its_candidates_and_their_edits(home: Home) -> None:
    prompt = "an unmistakable prompt"
    ids = secret_turn(home, prompt)
    edited = feedback.edit(home.ledger, ids[1], "toast, rewritten")
    stranger = home.imported("somebody else's line", prompt)
    with home.ledger.reading() as db:
        c = schema.turns.c
        turn_id, asked = db.execute(sa.select(c.turn_id, c.prompt_id).order_by(c.seq.desc()).limit(1)).one()
    home.distill()
    done = forget(home.ledger, home.folder, turn_id)
    assert set(done.items) == {*ids, str(edited.item_id), asked}
    assert files_with(home, "unmistakable") == []
    assert home.ledger.texts([*done.items]) == {}
    assert home.ledger.texts([stranger]) != {}
    made = home.distill()
    assert stranger not in {
        id_ for name in ("sft", "held_out_texts") for row in rows(made, name) for id_ in row["items"]
    }
    assert content(made) == content(home.distill(into=home.folder / "scratch"))


def test_an_example_that_was_shown_is_struck_with_the_row(home: Home) -> None:
    example = home.imported(SECRET, free_prompt(held=False))
    ids = home.turn(free_prompt(held=False, start=500), [f"shaped{n} by{n} it" for n in range(8)], recalled=[example])
    for id_ in ids:
        home.rate(id_, 5)
    home.distill()
    assert files_with(home, SECRET)
    forget(home.ledger, home.folder, example)
    home.distill()
    assert files_with(home, SECRET) == []


def test_forgetting_twice_says_it_once_and_finishes_what_was_broken_off(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jobs import forgetting

    one, _ = secret_turn(home)
    home.distill()

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(forgetting, "_delete", killed)
        with pytest.raises(KeyboardInterrupt):
            forget(home.ledger, home.folder, one)
    assert files_with(home, SECRET)
    head = home.ledger.head()
    forget(home.ledger, home.folder, one)
    assert files_with(home, SECRET) == []
    assert home.ledger.head() == head


def test_what_nobody_knows_cannot_be_forgotten(home: Home) -> None:
    with pytest.raises(NotFound, match="no item or turn 'c_nobody'"):
        forget(home.ledger, home.folder, "c_nobody")
