// One candidate: its text, its scores, and what a person does with it.
import { copy, find, id, rater, send, toast } from "./studio.js";

const SHARED = {
  words: ["same words", "Somebody else was given the same words"],
  pattern: ["same pattern", "Somebody else was given the same pattern"],
  meaning: ["nearly the same", "Somebody else was given nearly the same"],
};
const SETTLE = 500; // milliseconds after the last score before it is sent

export class Card {
  constructor(number, criteria, name = `Candidate ${number}`) {
    this.root = copy("card-template");
    this.root.card = this;
    this.criteria = criteria;
    this.scores = {};
    this.round = 0;
    this.timer = 0;
    this.hidden = false;
    this.alone = false; // without its siblings: to be scored, and no more
    this.at(".card-number").textContent = number;
    this.root.setAttribute("aria-label", name);
    this.root.dataset.writing = "";
    this.#wire(name);
    criteria.forEach((name) => this.#criterion(name));
  }

  at(selector) {
    return find(selector, this.root);
  }

  // A piece of text as it is written; a new round begins the text anew.
  hear(round, text) {
    const place = this.at(".card-text");
    if (round !== this.round) place.textContent = "";
    this.round = round;
    place.append(text);
  }

  // The candidate as it was recorded.
  show(candidate, recalled) {
    delete this.root.dataset.writing;
    this.item = this.candidate = candidate.candidate_id;
    this.root.dataset.id = this.item;
    this.text(candidate.text);
    const share = Math.round(candidate.novelty * 100);
    this.at(".novelty-words").textContent = `${share} % new`;
    this.at(".bar-fill").style.transform = `scaleX(${share / 100})`;
    this.root.classList.toggle("bare", candidate.strategy === "none" && recalled.length > 0);
    this.root.classList.toggle("echo", Boolean(candidate.echo_of));
    this.#repeats(candidate);
    this.pick(candidate.picked);
    this.hide(candidate.hidden);
    this.stand(candidate);
    this.said(candidate.comment);
    Object.entries(candidate.scores).forEach(([name, score]) => this.#mark(name, score));
  }

  // A text from before: its words alone, whatever was said of it.
  ask({ item_id, text }) {
    delete this.root.dataset.writing;
    this.item = this.candidate = this.root.dataset.id = item_id;
    this.alone = true;
    this.root.classList.add("alone");
    this.text(text);
  }

  text(words) {
    this.at(".card-text").textContent = words;
  }

  stand({ reward }) {
    const known = reward !== null && reward !== undefined;
    this.at(".card-reward").textContent = known ? reward.toFixed(2) : "";
    this.at(".card-reward").setAttribute("aria-label", known ? `reward ${reward.toFixed(2)}` : "no reward yet");
  }

  pick(yes) {
    this.root.classList.toggle("picked", yes);
    this.at(".act-pick").textContent = yes ? "Picked" : "Pick";
    this.at(".act-pick").setAttribute("aria-pressed", String(yes));
  }

  hide(yes) {
    this.hidden = yes;
    this.root.classList.toggle("gone", yes);
    this.at(".card-hidden").hidden = !yes;
  }

  said(words) {
    this.at(".card-said").hidden = !words;
    this.at(".card-said").textContent = words || "";
  }

  async do(what, body) {
    try {
      const standing = await send(`/api/items/${encodeURIComponent(this.item)}/${what}`, { ...body, rater: rater() }, id());
      this.stand(standing);
      return standing;
    } catch (error) {
      toast(error.message, true);
      return null;
    }
  }

  async choose() {
    if (!this.item || this.hidden || this.alone) return;
    if (this.item !== this.candidate) {
      toast("An edit already counts as preferred over what it rewrites.");
      return;
    }
    const standing = await this.do("pick", {});
    if (!standing) return;
    this.root.dispatchEvent(new CustomEvent("picked", { bubbles: true, detail: this }));
  }

  async toggleHidden() {
    if (!this.item || this.alone) return;
    const hidden = !this.hidden;
    if (await this.do("hide", { hidden })) {
      this.hide(hidden);
      (hidden ? this.at(".act-show") : this.root).focus();
    }
  }

  edit(open = true) {
    if (!this.item || this.hidden || this.alone) return;
    const form = this.at(".card-edit");
    form.hidden = !open;
    this.at(".card-text").hidden = open;
    if (open) {
      const area = find("textarea", form);
      area.value = this.at(".card-text").textContent;
      area.focus();
      area.setSelectionRange(area.value.length, area.value.length);
    } else this.root.focus();
  }

  comment(open = true) {
    if (!this.item || this.hidden) return;
    this.at(".card-comment").hidden = !open;
    if (open) find("input", this.at(".card-comment")).focus();
    else this.root.focus();
  }

  // Go to the first criterion that has no score.
  score() {
    const groups = [...this.root.querySelectorAll(".criterion")];
    const open = groups.find((group) => !find("input:checked", group)) || groups[0];
    if (!this.hidden && this.item) find("input:checked, input", open)?.focus();
  }

  // A digit while a criterion has the focus: score it and go to the next.
  digit(score) {
    const group = document.activeElement.closest(".criterion");
    const input = find(`input[value="${score}"]`, group);
    if (!input) return;
    input.checked = true;
    this.#scored(group.dataset.name, score);
    const next = group.nextElementSibling;
    if (next) find("input:checked, input", next).focus();
    else this.root.focus();
  }

  // What it has in common with a text for other fields.
  #repeats({ shared, repeated }) {
    const [words, why] = SHARED[shared] || ["", ""];
    const badge = this.at(".repeats-badge");
    badge.classList.toggle("on", Boolean(shared));
    badge.textContent = words;
    badge.title = shared ? `${why}${repeated ? `: “${repeated}”` : ""}. It was written again, and nothing newer came` : "";
  }

  flush() {
    if (!this.timer) return;
    clearTimeout(this.timer);
    this.timer = 0;
    this.do("rate", { scores: this.scores });
  }

  #scored(name, score) {
    this.#mark(name, score);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), SETTLE);
  }

  #mark(name, score) {
    const group = [...this.root.querySelectorAll(".criterion")].find((each) => each.dataset.name === name);
    if (!group) return;
    this.scores[name] = score;
    group.querySelectorAll(".score").forEach((label) => {
      const value = Number(find("input", label).value);
      label.classList.toggle("on", value <= score);
      if (value === score) find("input", label).checked = true;
    });
  }

  #criterion(name) {
    const group = copy("criterion-template");
    group.dataset.name = name;
    find("legend", group).textContent = name;
    const own = id();
    for (let score = 1; score <= 5; score += 1) {
      const label = document.createElement("label");
      label.className = "score";
      const input = Object.assign(document.createElement("input"), { type: "radio", name: own, value: score });
      input.setAttribute("aria-label", `${name} ${score} of 5`);
      const face = document.createElement("span");
      face.textContent = score;
      face.setAttribute("aria-hidden", "true");
      label.append(input, face);
      find(".dots", group).append(label);
    }
    group.addEventListener("change", (event) => this.#scored(name, Number(event.target.value)));
    this.at(".criteria").append(group);
  }

  #wire(name) {
    this.at(".criteria").setAttribute("aria-label", `Scores of ${name.toLowerCase()}`);
    this.at(".act-pick").addEventListener("click", () => this.choose());
    this.at(".act-edit").addEventListener("click", () => this.edit());
    this.at(".act-comment").addEventListener("click", () => this.comment(this.at(".card-comment").hidden));
    this.at(".act-hide").addEventListener("click", () => this.toggleHidden());
    this.at(".act-show").addEventListener("click", () => this.toggleHidden());
    this.at(".card-cancel").addEventListener("click", () => this.edit(false));
    this.at(".card-edit").addEventListener("submit", (event) => this.#keep(event));
    this.at(".card-edit").addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.edit(false);
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.#keep(event);
    });
    this.at(".card-comment").addEventListener("submit", (event) => this.#say(event));
    this.at(".card-comment").addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.comment(false);
    });
  }

  async #keep(event) {
    event.preventDefault();
    const text = find("textarea", this.at(".card-edit")).value.trim();
    if (!text || text === this.at(".card-text").textContent) {
      this.edit(false);
      return;
    }
    this.flush();
    const standing = await this.do("edit", { text });
    if (!standing) return;
    this.item = this.root.dataset.id = standing.item_id;
    this.scores = {};
    this.root.querySelectorAll(".score").forEach((label) => {
      label.classList.remove("on");
      find("input", label).checked = false;
    });
    this.text(text);
    this.stand({});
    this.said("");
    this.root.classList.add("edited");
    this.edit(false);
    toast("Kept as your own text, preferred over what it rewrites.");
  }

  async #say(event) {
    event.preventDefault();
    const input = find("input", event.target);
    const comment = input.value.trim();
    if (comment && (await this.do("comment", { comment }))) {
      this.said(comment);
      input.value = "";
      this.comment(false);
    }
  }
}
