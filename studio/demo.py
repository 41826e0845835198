"""The whole loop, unattended, in under three minutes: `make demo`.

Past writing is imported, the model writes, a simulated rater rates, a refinement runs, and what it changed is shown.
Nothing is scripted: every text below is written by the model while you watch, and the gate may refuse.
"""

import csv
import random
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from jobs.refine import refine
from jobs.run_state import Refinement
from loop.brief import Brief, build_messages
from loop.feedback import calibrate, rate
from loop.importing import import_file
from loop.imports.plan import ImportPlan
from loop.models.base import Sampling
from loop.turn import take_turn
from studio.compose import House, open_house
from studio.workshop import workshop

TASK = "brainstorm"
ASK = "ideas about {}"
SAMPLE = Path(__file__).with_name("demo_writing.csv")
TURNS, PER_TURN, FRESH, PER_FRESH = 56, 8, 24, 4
THINGS = (
    "a brick", "an umbrella", "a paper clip", "a ladder", "a teapot", "a bucket", "a blanket", "a rope", "a candle",
    "a mirror", "a bicycle", "a suitcase", "a pillow", "a spoon", "a door", "a hat", "a bottle", "a chair", "a drum",
    "a lamp", "a kite", "a basket", "a clock", "a shoe", "a tent", "a map", "a bell", "a bench", "a broom", "a coat",
    "a fork", "a jar", "a box", "a wheel", "a shelf", "a towel", "a button", "a curtain", "a radio", "a whistle",
    "a backpack", "a newspaper", "a pencil", "a sock", "a hammock", "a barrel", "a balloon", "a piano", "a fence",
    "a carpet", "a wagon", "a scarf", "a coin", "a comb", "a cushion", "a flute", "a glove", "a letter", "a puddle",
    "a raft", "a garden", "a window", "a sandwich", "a bridge", "a library", "a suitcase of letters", "a market",
    "a train", "a swing", "a rainy day", "a picnic", "a bakery", "a lighthouse", "a choir", "a snowman", "a museum",
    "a puzzle", "a postcard", "a lantern", "a kettle",
)  # fmt: skip
WREN = """The simulated rater is called Wren. Wren likes company: an idea with an animal or a person in it gets 5,
any other gets 2; one time in ten Wren is distracted and says 3."""
COMPANY = re.compile(
    r"\b(friends?|neighbou?rs?|strangers?|mother|father|grandmother|grandfather|sister|brother|boss|teachers?|child"
    r"|children|kids?|parents?|colleagues?|guests?|people|person|someone|everyone|team|family|twins?|lovers?|owners?"
    r"|dogs?|cats?|birds?|fish|mouse|mice|fox|foxes|crows?|ducks?|owls?|rabbits?|bees?|ants?|goats?|horses?|hens?"
    r"|frogs?|puppy|puppies|kittens?|hedgehogs?|sparrows?|pigeons?|bears?|elephants?|turtles?|squirrels?)\b",
    re.IGNORECASE,
)


def wren(text: str, draw: random.Random) -> int:
    """Wren's score, 1 to 5."""
    if draw.random() < 0.1:
        return 3
    return 5 if COMPANY.search(text) else 2


def main() -> None:
    """Run the loop in a home of its own and say what happens."""
    began = time.monotonic()
    say("\nReprise, the whole loop\n" + WREN)
    with tempfile.TemporaryDirectory(prefix="reprise-demo-") as folder, open_house(Path(folder), role="demo") as house:
        house.settings = smaller(house.settings)
        with step("1. import past writing, with Wren's ratings of then"):
            import_past(house)
        with step(f"2. write {TURNS} turns of {PER_TURN}, drawing on the best of memory; Wren rates each"):
            write_and_rate(house)
        with step("3. refine: distill, train, evaluate, and promote only if it is better"):
            result = refine(workshop(house), task=TASK)
        tell_gate(result)
        with step(f"4. before and after, on {FRESH} prompts that nobody has seen"):
            before, after = compare(house, result)
        tell_table(before, after)
    say(f"\nThe whole loop took {time.monotonic() - began:.0f} s. Now your own words: `make run`.")


def smaller(settings: Any) -> Any:
    """The evaluation cut to what three minutes allow; the bars of the gate stay as they are."""
    evaluate = msgspec.structs.replace(settings.evaluate, prompts=40, samples=4, pairs=200)
    train = msgspec.structs.replace(settings.train, max_rows=500)
    return msgspec.structs.replace(settings, evaluate=evaluate, train=train)


def import_past(house: House) -> None:
    """A sample of ideas, rated by Wren on the way in."""
    draw = random.Random(0)
    rated = house.home / "past_writing.csv"
    with SAMPLE.open(encoding="utf-8", newline="") as source, rated.open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target)
        writer.writerow(["prompt", "text", "rating", "rater"])
        for row in csv.DictReader(source):
            writer.writerow([row["prompt"], row["text"], wren(row["text"], draw), "Wren"])
    done = import_file(house.ledger, rated, ImportPlan.of(), TASK, house.settings.tasks)
    calibrate(house.ledger)
    house.memory.catch_up()
    say(f"   {done.imported} ideas imported")


def write_and_rate(house: House) -> None:
    """Turns on prompts of everyday things; the first is shown."""
    draw, total = random.Random(1), 0
    for number, thing in enumerate(THINGS[:TURNS]):
        brief = Brief(task=TASK, prompt=ASK.format(thing), n=PER_TURN, seed=number)
        turn = take_turn(
            brief, memory=house.memory, model=house.writer, ledger=house.ledger,
            tasks=house.settings.tasks, settings=house.settings.generator,
        )  # fmt: skip
        scores = [wren(candidate.text, draw) for candidate in turn.candidates]
        for candidate, score in zip(turn.candidates, scores, strict=True):
            criteria = dict.fromkeys(house.settings.tasks[TASK].criteria, score)
            rate(house.ledger, house.settings.tasks, candidate.candidate_id, criteria, rater="Wren")
        total += len(scores)
        if number == 0:
            say(f"   {brief.prompt}")
            for candidate, score in zip(turn.candidates, scores, strict=True):
                say(f"     {'*' * score:5}  {candidate.text}")
    say(f"   {total} candidates written and rated")


def tell_gate(result: Refinement) -> None:
    """Every bar with its figure."""
    for bar in result.bars:
        value = "-" if bar.value is None else f"{bar.value:.3f}"
        say(f"   {'ok' if bar.ok else 'NO':3} {bar.name:22} {value:>8}   (limit {bar.limit:.3f})")
    say(f"   {result.outcome}")


def compare(house: House, result: Refinement) -> tuple[list[str], list[str]]:
    """What the base and the new model write for the same fresh prompts with the same seeds, without memory."""
    engine: Any = workshop(house).engine()
    adapter = house.registry.adapter_path(result.model_id) if result.model_id else None
    return fresh(house, engine, None), fresh(house, engine, adapter)


def fresh(house: House, engine: Any, adapter: Path | None) -> list[str]:
    """Texts of one model."""
    engine.use_adapter(adapter)
    profile = house.settings.tasks[TASK]
    texts = []
    for number, thing in enumerate(THINGS[TURNS : TURNS + FRESH]):
        messages = build_messages(profile, ASK.format(thing))
        written = engine.write(messages, PER_FRESH, Sampling.of(profile, 1_000 + number))
        texts += [completion.text for completion in written]
    return texts


def tell_table(before: list[str], after: list[str]) -> None:
    """The figures, and some texts side by side, not picked."""
    rows: tuple[tuple[str, Callable[[list[str]], float]], ...] = (
        ("Wren's mean score", lambda texts: mean([wren(text, random.Random(2)) for text in texts])),
        ("share with company", lambda texts: mean([bool(COMPANY.search(text)) for text in texts])),
        ("mean length, characters", lambda texts: mean([len(text) for text in texts])),
        ("share that differ", lambda texts: len(set(texts)) / len(texts)),
    )
    say(f"\n   {'':26}{'before':>10}{'after':>10}")
    for name, figure in rows:
        say(f"   {name:26}{figure(before):10.2f}{figure(after):10.2f}")
    say("")
    for place in range(0, len(before), len(before) // 6):
        say(f"   {THINGS[TURNS + place // PER_FRESH]}")
        say(f"     before  {before[place]}\n     after   {after[place]}")


def mean(values: list[Any]) -> float:
    """The mean; 0 for none."""
    return float(sum(values)) / max(len(values), 1)


@contextmanager
def step(title: str) -> Iterator[None]:
    """Say what begins, and how long it took."""
    began = time.monotonic()
    say(f"\n{title}")
    yield
    say(f"   ({time.monotonic() - began:.0f} s)")


def say(text: str) -> None:
    """A line for the person who watches."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
