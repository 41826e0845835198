// The library: hide and forget.
import { find, rater, send, toast } from "./studio.js";

const ask = find("#ask");

async function act(item, what, body, done) {
  try {
    await send(`/api/items/${encodeURIComponent(item.dataset.id)}/${what}`, { ...body, rater: rater() });
    done();
  } catch (error) {
    toast(error.message, true);
  }
}

function hide(item, button) {
  const hidden = item.dataset.hidden !== "true";
  act(item, "hide", { hidden }, () => {
    item.dataset.hidden = String(hidden);
    item.classList.toggle("gone", hidden);
    button.textContent = hidden ? "Bring back" : "Hide";
    toast(hidden ? "Hidden: it is recalled no more." : "Back in memory.");
  });
}

function forget(item) {
  find(".ask-text", ask).textContent = find(".item-text", item).textContent.slice(0, 300);
  ask.returnValue = "no";
  ask.addEventListener("close", () => {
    if (ask.returnValue === "yes") act(item, "forget", {}, () => {
      item.remove();
      toast("Forgotten.");
    });
  }, { once: true });
  ask.showModal();
}

document.addEventListener("click", (event) => {
  const item = event.target.closest(".item");
  if (event.target.matches(".act-hide")) hide(item, event.target);
  if (event.target.matches(".act-forget")) forget(item);
});
