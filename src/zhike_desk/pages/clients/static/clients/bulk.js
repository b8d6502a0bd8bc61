// The bulk bar: how many rows of the page are chosen; where an act goes. The list itself works without it.
"use strict";
(() => {
  const form = () => document.getElementById("bulk");

  function boxes() {
    const found = form();
    return found ? [...found.querySelectorAll('tbody input[name="key"]')] : [];
  }

  function tell() {
    const bar = document.querySelector("[data-bulk-bar]");
    if (!bar) return;
    const all = boxes();
    const chosen = all.filter((box) => box.checked);
    bar.hidden = chosen.length === 0;
    bar.querySelector("[data-bulk-count]").textContent = String(chosen.length);
    for (const box of all) box.closest("tr").classList.toggle("chosen", box.checked);
    const every = form().querySelector("[data-pick-all]");
    if (every) {
      every.checked = chosen.length === all.length && all.length > 0;
      every.indeterminate = chosen.length > 0 && chosen.length < all.length;
    }
  }

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-pick-all]")) {
      for (const box of boxes()) box.checked = event.target.checked;
    }
    if (event.target.closest("#bulk")) tell();
  });
  document.addEventListener("submit", (event) => {
    if (event.target.id === "bulk") event.target.action = event.target.dataset.bulk;
    if (event.target.matches("[data-current-query]")) {
      event.target.querySelector('[name="query"]').value = window.location.search.slice(1);
    }
  });
  document.addEventListener("htmx:afterSettle", tell);
})();
