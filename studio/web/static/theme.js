// The theme that was chosen, before the first paint; without a choice the system's own.
(() => {
  const chosen = localStorage.getItem("theme");
  if (chosen) document.documentElement.dataset.theme = chosen;
})();
