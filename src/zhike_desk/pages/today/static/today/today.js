/* The day's list by keys: 1 reached, 2 not reached, 3 put off, 4 not suitable. A line that ends goes at once and comes back
   if the desk refuses; after an undo the list is read anew. */
"use strict";
(() => {
  const list = () => document.querySelector(".works");
  const rows = () => [...document.querySelectorAll(".works [data-row]")];
  const current = () => rows().find((row) => row.contains(document.activeElement) || row.classList.contains("at")) || rows()[0];
  let next = null;

  function typing(event) {
    return event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey || event.altKey
      || event.target.matches("textarea, select, input") || document.querySelector("dialog[open]");
  }

  function stand(row) {
    rows().forEach((other) => other.classList.toggle("at", other === row));
    row?.querySelector("a[data-go], button, summary")?.focus({ preventScroll: true });
    row?.scrollIntoView({ block: "nearest" });
  }

  document.addEventListener("keydown", (event) => {
    if (!["1", "2", "3", "4"].includes(event.key) || typing(event) || !list()) return;
    const row = current();
    const button = row?.querySelector(`[data-end="${event.key}"]`);
    if (!button) {
      if (row?.querySelector(".ends") && event.key === "4") window.desk.toast(list().dataset.cannot);
      return;
    }
    event.preventDefault();
    button.click();
    if (event.key === "3") setTimeout(() => row.querySelector(".ends .sheet button")?.focus(), 0);
  });

  document.body.addEventListener("htmx:beforeRequest", (event) => {
    const row = event.target.closest?.(".work");
    if (!row) return;
    const all = rows();
    const at = all.indexOf(row);
    next = (row.contains(document.activeElement) ? all[at + 1] || all[at - 1] : null)?.id;
    row.querySelectorAll("details[open]").forEach((menu) => { menu.open = false; });
    row.classList.add("going");
  });

  const back = (event) => event.target.closest?.(".work")?.classList.remove("going");
  document.body.addEventListener("htmx:responseError", back);
  document.body.addEventListener("htmx:sendError", back);

  document.body.addEventListener("htmx:beforeSwap", (event) => {
    const row = event.detail.target.closest?.(".work");
    if (!row || ![409, 422].includes(event.detail.xhr.status)) return;
    row.classList.remove("going");
    event.detail.target = row.querySelector(".work-said");
    event.detail.swapOverride = "innerHTML";
    next = null;
  });

  document.body.addEventListener("today:ended", () => {
    setTimeout(() => {
      if (next) stand(document.getElementById(next));
      next = null;
      const box = list();
      if (box && !box.querySelector("[data-row]")) location.reload();
    }, 30);
  });

  document.body.addEventListener("desk:undone", (event) => {
    event.preventDefault();
    window.htmx.ajax("GET", location.pathname + location.search, { target: "#today-list", select: "#today-list", swap: "outerHTML" });
    document.body.dispatchEvent(new CustomEvent("today:ended", { bubbles: true }));
  });
})();
