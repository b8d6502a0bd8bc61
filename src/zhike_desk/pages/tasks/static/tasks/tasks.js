/* Tasks: Enter saves a line that is being changed, Esc leaves it; what the desk refuses is told in the line. */
"use strict";
(() => {
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
  });
})();
