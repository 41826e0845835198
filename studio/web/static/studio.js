// What every page has: the API, notices, the theme and the state of the model.

export const id = () => (crypto.randomUUID ? crypto.randomUUID() : String(Math.random()).slice(2) + Date.now());
export const find = (selector, within = document) => within.querySelector(selector);
export const copy = (name) => document.getElementById(name).content.firstElementChild.cloneNode(true);

// A model's name without the folders before it.
export const short = (name) => name.replace(/^.*\/(?=.)/, "");

// Who rates: a cookie, so that the pages know it too.
export const rater = () => find("#rater-name")?.textContent || "me";

export function toast(words, bad = false) {
  const note = document.createElement("p");
  note.className = bad ? "toast bad" : "toast";
  note.textContent = words;
  find("#toasts").append(note);
  setTimeout(() => note.remove(), bad ? 9000 : 3500);
}

// POST or GET JSON. An answer that is an error throws its one sentence.
export async function api(path, body, key = id(), options = {}) {
  const post = { method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json", "Idempotency-Key": key } };
  let answer;
  try {
    answer = await fetch(path, { ...(body === undefined ? {} : post), ...options });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Error("the studio does not answer; is `reprise serve` still running?");
  }
  if (answer.ok) return answer;
  const problem = await answer.json().catch(() => ({}));
  throw new Error(problem.detail || `the studio answered ${answer.status}`);
}

export const send = async (path, body, key, options) => (await api(path, body, key, options)).json();

// A stream of server-sent events from a POST: calls heard(name, data) for each.
export async function listen(answer, heard) {
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const parts = (rest + value).split("\n\n");
    rest = parts.pop();
    for (const part of parts) {
      const event = /^event: (\w+)\ndata: (.*)$/.exec(part);
      if (event) heard(event[1], JSON.parse(event[2]));
    }
  }
}

const WORDS = { asleep: "the model sleeps", loading: "loading the model…", failed: "no model" };

function show(status) {
  const { state, model_id, problem } = status.model;
  const place = find("#model");
  const words = state === "ready" ? short(model_id) : WORDS[state];
  if (find(".model-words", place).textContent !== words) find(".model-words", place).textContent = words;
  place.dataset.state = state;
  place.title = problem || model_id;
  const banner = find("#banner");
  if (!banner.dataset.lost) {
    banner.hidden = !problem;
    banner.textContent = problem;
  }
  document.dispatchEvent(new CustomEvent("status", { detail: status }));
}

function lost(gone) {
  const banner = find("#banner");
  if (gone === Boolean(banner.dataset.lost)) return;
  banner.hidden = !gone;
  banner.textContent = gone ? "The studio does not answer. What you type is kept here; this page reconnects by itself." : "";
  if (gone) banner.dataset.lost = "yes";
  else delete banner.dataset.lost;
}

// News while the page is seen; a page in the background holds no connection.
function follow() {
  let news = null;
  const open = () => {
    if (document.hidden) {
      news?.close();
      news = null;
    } else if (!news) {
      news = new EventSource("/api/events");
      news.addEventListener("status", (event) => {
        lost(false);
        show(JSON.parse(event.data));
      });
      news.onerror = () => lost(true);
    }
  };
  document.addEventListener("visibilitychange", open);
  addEventListener("pagehide", () => news?.close());
  open();
}

function theme() {
  find("#theme").addEventListener("click", () => {
    const dark = getComputedStyle(document.documentElement).colorScheme === "dark";
    document.documentElement.dataset.theme = dark ? "light" : "dark";
    localStorage.setItem("theme", document.documentElement.dataset.theme);
  });
}

function who() {
  const ask = find("#who");
  const name = ask && find("input", ask);
  find("#rater")?.addEventListener("click", () => {
    name.value = rater();
    ask.showModal();
    name.select();
  });
  ask?.addEventListener("close", () => {
    const given = name.value.trim();
    if (ask.returnValue !== "yes" || !given || given === rater()) return;
    document.cookie = `rater=${encodeURIComponent(given)}; path=/; max-age=31536000; samesite=strict`;
    location.reload(); // with what this rater said
  });
}

theme();
who();
follow();
