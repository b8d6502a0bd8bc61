/* Tasks: the bar for many at once; Enter saves a line that is being changed, Esc leaves it; what the desk refuses is told in the line. */
"use strict";
(() => {
  const boxes = () => [...document.querySelectorAll('#many tbody input[name="task"]')];

  function tell() {
    const bar = document.querySelector("[data-bulk]");
    if (!bar) return;
    const all = boxes();
    const chosen = all.filter((box) => box.checked).length;
    bar.hidden = chosen === 0;
    bar.querySelector("[data-bulk-count]").textContent = String(chosen);
    const every = document.querySelector("[data-pick-all]");
    every.checked = chosen > 0 && chosen === all.length;
    every.indeterminate = chosen > 0 && chosen < all.length;
    if (!chosen) bar.querySelector('[name="all"]').checked = false;
    all.forEach((box) => box.closest("tr").classList.toggle("chosen", box.checked));
  }

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-pick-all]")) boxes().forEach((box) => { box.checked = event.target.checked; });
    if (event.target.closest("#many")) tell();
  });

  document.addEventListener("submit", (event) => {   // the list may have been filtered since the page came
    if (event.target.matches("[data-current-query]")) event.target.elements.query.value = location.search.slice(1);
  });

  document.addEventListener("keydown", (event) => {
    const row = event.target.closest?.("[data-editing]");
    if (!row || event.isComposing) return;
    if (event.key === "Enter" && !event.target.matches("button, a")) row.querySelector("[data-save]").click();
    else if (event.key === "Escape") row.querySelector("[data-cancel]").click();
    else return;
    event.preventDefault();
  });

  document.body.addEventListener("htmx:beforeSwap", (event) => {
    const row = event.detail.target.closest?.("tr[data-row]");
    if (!row || ![409, 422].includes(event.detail.xhr.status)) return;
    event.detail.target = row.querySelector(".task-said");
    event.detail.swapOverride = "innerHTML";
  });
  document.body.addEventListener("htmx:afterSettle", (event) => {
    event.target.querySelector?.("[autofocus]")?.focus();
    tell();
  });
  tell();
})();
