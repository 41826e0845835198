// Models: roll back and promote.
import { find, send, toast } from "./studio.js";

async function change(path, body) {
  try {
    const { champion } = await send(path, body);
    toast(`${champion} writes from the next turn on.`);
    setTimeout(() => location.reload(), 700);
  } catch (error) {
    toast(error.message, true);
  }
}

find("#rollback")?.addEventListener("click", () => {
  const ask = find("#ask");
  ask.returnValue = "no";
  ask.addEventListener("close", () => ask.returnValue === "yes" && change("/api/models/rollback", {}), { once: true });
  ask.showModal();
});
document.addEventListener("click", (event) => {
  if (event.target.matches(".act-promote")) change("/api/models/promote", { model_id: event.target.dataset.id });
});
