// The writing room: the brief, the newest turn, and the keys.
import { find, id, rater, send, toast } from "./studio.js";
import { TurnView } from "./turn.js";

const form = find("#brief");
const turns = find("#turns");
let stop = null; // ends the turn that is being written

const chosen = () => find("input[name=task]:checked", form);
const criteriaOf = (task) => {
  const radio = [...form.elements.task].find((each) => each.value === task);
  return radio ? JSON.parse(radio.dataset.criteria) : [];
};
const newest = () => turns.firstElementChild?.view;
const current = () => find(".card.current", turns)?.card || newest()?.cards[0];
const announce = (words) => (find("#said").textContent = words);

// --- the brief, kept as it is typed ------------------------------------------------------------

function brief() {
  const fields = {};
  form.querySelectorAll("#fields input").forEach((input) => {
    if (input.value.trim()) fields[input.name] = input.value;
  });
  return { task: chosen().value, prompt: form.elements.prompt.value, fields, n: Number(form.elements.n.value) || 1, strategy: form.elements.strategy.value };
}

function draft() {
  const all = JSON.parse(localStorage.getItem("fields") || "{}");
  form.querySelectorAll("#fields input").forEach((input) => (all[input.name] = input.value));
  localStorage.setItem("fields", JSON.stringify(all));
  const { task, prompt, strategy } = brief();
  localStorage.setItem("draft", JSON.stringify({ task, prompt, strategy }));
}

function restore() {
  const kept = JSON.parse(localStorage.getItem("draft") || "{}");
  const task = [...form.querySelectorAll("input[name=task]")].find((each) => each.value === kept.task);
  if (task) task.checked = true;
  if (kept.prompt) form.elements.prompt.value = kept.prompt;
  if (kept.strategy) form.elements.strategy.value = kept.strategy;
  dress();
}

// The number and the fields of the chosen task.
function dress() {
  const kept = JSON.parse(localStorage.getItem("fields") || "{}");
  form.elements.n.value = chosen().dataset.n;
  find("#fields").replaceChildren(
    ...JSON.parse(chosen().dataset.fields).map((name) => {
      const label = document.createElement("label");
      label.className = "field";
      label.append(name, Object.assign(document.createElement("input"), { name, value: kept[name] || "", dir: "auto" }));
      return label;
    }),
  );
}

// --- turns -------------------------------------------------------------------------------------

async function write(wanted) {
  if (stop) return;
  if (!wanted.prompt.trim()) {
    toast("Say what it shall be about first.", true);
    form.elements.prompt.focus();
    return;
  }
  const view = new TurnView(wanted, criteriaOf(wanted.task));
  stop = new AbortController();
  busy(true);
  find("#empty").hidden = true;
  turns.prepend(view.root);
  announce(`Writing ${wanted.n} candidates.`);
  try {
    const turn = await view.write(id(), stop.signal);
    announce(`${turn.candidates.length} candidates are ready.`);
    more();
    if (document.activeElement === document.body || document.activeElement.id === "go") view.cards[0]?.root.focus({ preventScroll: true });
  } catch (error) {
    announce(error.name === "AbortError" ? "Stopped." : error.message);
  } finally {
    stop = null;
    busy(false);
  }
}

function busy(yes) {
  find(".go-words").textContent = yes ? "Stop" : "Write";
  find("#go").classList.toggle("busy", yes);
}

async function before() {
  try {
    const told = await send(`/api/turns?limit=4&rater=${encodeURIComponent(rater())}`);
    told.turns.forEach((turn) => turns.append(TurnView.of(turn, criteriaOf(turn.task)).root));
  } catch (error) {
    toast(error.message, true);
  }
  find("#empty").hidden = turns.childElementCount > 0;
  more();
}

// Now and then, below the newest turn, a text from before; each is offered once.
async function more() {
  try {
    const { item } = await send(`/api/ask?rater=${encodeURIComponent(rater())}`);
    const here = item && (item.item_id === sessionStorage.getItem("asked") || turns.querySelector(`[data-id="${CSS.escape(item.item_id)}"]`));
    if (!item || here || !turns.firstElementChild) return;
    sessionStorage.setItem("asked", item.item_id);
    turns.querySelector(".asking:not(:focus-within)")?.remove();
    turns.firstElementChild.after(TurnView.asking(item, criteriaOf(item.task)).root);
  } catch {
    // nobody misses a question that could not be asked
  }
}

// --- keys --------------------------------------------------------------------------------------

function step(by) {
  const cards = [...turns.querySelectorAll(".card")];
  const at = cards.indexOf(current()?.root);
  const next = document.activeElement.closest(".card") ? cards[at + by] : cards[Math.max(at, 0)];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

const KEYS = {
  r: () => newest() && write(newest().brief),
  s: () => current()?.score(),
  e: () => current()?.edit(),
  c: () => current()?.comment(),
  x: () => current()?.toggleHidden(),
  "/": () => form.elements.prompt.focus(),
  "?": () => find("#help").showModal(),
  ArrowRight: () => step(1),
  ArrowLeft: () => step(-1),
};

function pressed(event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  const inCriterion = event.target.closest?.(".criterion");
  if (inCriterion && /^[1-5]$/.test(event.key)) current().digit(Number(event.key));
  else if (inCriterion && event.key.startsWith("Arrow")) return;
  else if (event.target.matches("textarea, select, input:not([type=radio])") || event.target.closest(".chips")) return;
  else if (/^[1-9]$/.test(event.key)) {
    const card = (current()?.root.closest(".turn").view || newest())?.cards[Number(event.key) - 1];
    card?.choose();
    card?.root.focus();
  } else if (KEYS[event.key]) KEYS[event.key]();
  else return;
  event.preventDefault();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (stop) stop.abort();
  else write(brief());
});
form.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    form.requestSubmit();
  }
});
form.addEventListener("change", (event) => event.target.name === "task" && dress());
form.addEventListener("input", draft);
form.addEventListener("change", draft);
turns.addEventListener("focusin", (event) => {
  turns.querySelectorAll(".card.current").forEach((card) => card.classList.remove("current"));
  event.target.closest(".card")?.classList.add("current");
});
addEventListener("pagehide", () => turns.querySelectorAll(".card").forEach((root) => root.card.flush()));
document.addEventListener("keydown", pressed);
find("#keys").addEventListener("click", () => find("#help").showModal());
restore();
before();
