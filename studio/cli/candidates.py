"""How a candidate is told on the terminal, alone or in a batch."""

from typing import TYPE_CHECKING

from studio.cli.terminal import bad, faint

if TYPE_CHECKING:
    from loop.turn import Candidate

SHARED = {"words": "in the words of", "pattern": "by the pattern of", "meaning": "nearly as"}


def about(candidate: "Candidate") -> str:
    """What is known of a new text: its id, how new it is, and what it takes from others."""
    copies = f"  copies {candidate.echo_of}" if candidate.echo_of else ""
    chosen = f"  chosen from {candidate.chosen.of}" if candidate.chosen else ""
    line = faint(f"{candidate.candidate_id}  novelty {candidate.novelty:.2f}{copies}{chosen}")
    return line if candidate.shared is None else line + bad(f"  {SHARED[candidate.shared]} {candidate.repeats}")
