// Nights: run a job now, and read the list again when something happened.
import { send, toast } from "./studio.js";

let head = null;

document.addEventListener("click", async (event) => {
  if (!event.target.matches(".act-run")) return;
  event.target.disabled = true;
  try {
    await send("/api/runs", { job: event.target.dataset.job });
    toast("It begins; this page follows it.");
  } catch (error) {
    toast(error.message, true);
    event.target.disabled = false;
  }
});
document.addEventListener("status", async () => {
  const runs = JSON.stringify((await send("/api/runs")).runs);
  if (head !== null && runs !== head) location.reload();
  head = runs;
});
