/* The bulk bar of a list: how many rows of the page are chosen, how many there are in all, a warning where all are meant.
     form[data-bulk]            the list; its ticks are tbody input[data-pick] or of the first column; data-bulk="URL" says where it is sent
     [data-bulk-bar]            the bar: [data-bulk-count], [data-all-count] (filled from what carries data-count)
     [data-pick-all]            ticks the page
     [data-current-query]       a form whose field `query` takes the address as it is now */
"use strict";
(() => {
  const form = () => document.querySelector("form[data-bulk]");
  const boxes = () => [...(form()?.querySelectorAll("tbody td.pick input[type=checkbox]") || [])];

  function tell() {
    const bar = document.querySelector("[data-bulk-bar]");
    if (!bar) return;
    const all = boxes();
    const chosen = all.filter((box) => box.checked).length;
    bar.hidden = chosen === 0;
    bar.querySelector("[data-bulk-count]").textContent = String(chosen);
    const told = document.querySelector("[data-count]");
    if (told) bar.querySelector("[data-all-count]").textContent = told.dataset.count;
    if (!chosen) bar.querySelector('[name="all"]').checked = false;
    for (const box of all) box.closest("tr").classList.toggle("chosen", box.checked);
    const every = form().querySelector("[data-pick-all]");
    every.checked = chosen > 0 && chosen === all.length;
    every.indeterminate = chosen > 0 && chosen < all.length;
  }

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-pick-all]")) {
      for (const box of boxes()) box.checked = event.target.checked;
    }
    if (event.target.closest("form[data-bulk]")) tell();
  });
  document.addEventListener("submit", (event) => {
    if (event.target.dataset.bulk) event.target.action = event.target.dataset.bulk;
    if (event.target.matches("[data-current-query]")) {   // the list may have been filtered since the page came
      event.target.querySelector('[name="query"]').value = window.location.search.slice(1);
    }
  });
  document.addEventListener("htmx:afterSettle", tell);
  tell();
})();
