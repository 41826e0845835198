// One turn on the page: its head, what memory lent to it, and its cards.
import { Card } from "./card.js";
import { api, copy, find, listen, short } from "./studio.js";

export class TurnView {
  constructor(brief, criteria) {
    this.brief = brief;
    this.criteria = criteria;
    this.cards = [];
    this.root = copy("turn-template");
    this.root.view = this;
    this.at(".turn-task").textContent = brief.task;
    this.at(".turn-prompt").textContent = brief.prompt;
    this.at(".turn-fields").textContent = Object.entries(brief.fields).map(([name, value]) => `${name}: ${value}`).join(" · ");
    this.root.addEventListener("picked", (event) => this.cards.forEach((card) => card.pick(card === event.detail)));
  }

  at(selector) {
    return find(selector, this.root);
  }

  // A turn that was taken before.
  static of(turn, criteria) {
    const { task, prompt, fields, strategy } = turn;
    const view = new TurnView({ task, prompt, fields, strategy, n: turn.candidates.length || 1 }, criteria);
    view.show(turn);
    return view;
  }

  // A text from before, to be rated.
  static asking(item, criteria) {
    const view = new TurnView({ ...item, n: 1 }, criteria);
    const card = new Card("·", criteria, "One more");
    view.cards = [card];
    view.at(".cards").append(card.root);
    card.ask(item);
    view.root.classList.add("asking");
    view.tell("one more to rate");
    return view;
  }

  tell(words, bad = false) {
    this.at(".turn-words").textContent = words;
    this.at(".turn-state").classList.toggle("bad", bad);
  }

  // Write, and show the pieces as they come. Resolves to the recorded turn.
  async write(key, signal) {
    this.root.dataset.busy = "";
    this.#grow(this.brief.n);
    this.tell("Asking…");
    let recorded = null;
    try {
      const answer = await api("/api/turns/stream", this.brief, key, { signal });
      await listen(answer, (name, data) => {
        if (name === "waiting") this.tell(data.model.state === "ready" ? (data.ahead ? `Waiting for ${data.ahead} before you…` : "Remembering…") : "Loading the model…");
        if (name === "writing") this.tell(data.n > this.brief.n ? `Writing ${data.n}, to show the best ${this.brief.n}…` : "Writing…");
        if (name === "piece") this.#piece(data);
        if (name === "error") throw new Error(data.detail);
        if (name === "turn") recorded = data;
      });
      if (!recorded) throw new Error("the connection was lost while writing; press r to write again");
      this.show(recorded);
      return recorded;
    } catch (error) {
      this.cards.forEach((card) => card.root.remove());
      this.cards = [];
      this.tell(error.name === "AbortError" ? "Stopped." : error.message, error.name !== "AbortError");
      throw error;
    } finally {
      delete this.root.dataset.busy;
    }
  }

  show(turn) {
    this.root.dataset.turn = turn.turn_id;
    this.#grow(turn.candidates.length);
    turn.candidates.forEach((candidate, place) => this.cards[place].show(candidate, turn.recalled));
    this.#memory(turn);
    const of = Math.max(...turn.candidates.map((candidate) => candidate.chosen_from || 0));
    this.tell(`by ${short(turn.model)}${of > 0 ? `, the best of ${of}` : ""}`);
  }

  #grow(n) {
    while (this.cards.length > n) this.cards.pop().root.remove();
    while (this.cards.length < n) {
      const card = new Card(this.cards.length + 1, this.criteria);
      this.cards.push(card);
      this.at(".cards").append(card.root);
    }
  }

  #piece({ round, index, text }) {
    this.cards[index]?.hear(round, text);
  }

  #memory({ recalled, avoided }) {
    const all = recalled.length + avoided.length;
    this.at(".memory").hidden = all === 0;
    this.at(".memory-count").textContent = `Inspired by ${all} remembered text${all === 1 ? "" : "s"}`;
    this.at(".recalled").replaceChildren(...recalled.map((each) => lent(each, false)), ...avoided.map((each) => lent(each, true)));
  }
}

function lent({ text, similarity, reward, reason }, avoid) {
  const line = copy("recalled-template");
  line.classList.toggle("avoid", avoid);
  find(".recalled-text", line).textContent = text;
  const parts = [avoid ? "to avoid" : "", reason, `${Math.round(similarity * 100)} % alike`, reward === null ? "" : `reward ${reward.toFixed(2)}`];
  find(".recalled-why", line).textContent = parts.filter(Boolean).join(" · ");
  return line;
}
