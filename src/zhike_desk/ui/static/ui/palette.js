/* Ctrl/⌘K: clients, pages, actions. A combobox as WAI-ARIA draws it: the field keeps the focus, the list is walked by arrow keys.
   The desk answers GET ?q= with <a role="option" href> elements; pages are found here, without asking. */
"use strict";
(() => {
  const DEBOUNCE_MS = 120;
  const MOST = 8;
  const dialog = document.getElementById("palette");
  if (!dialog) return;
  const field = document.getElementById("palette-input");
  const list = document.getElementById("palette-found");
  const state = document.getElementById("palette-state");
  const places = document.getElementById("palette-places").content;
  const address = document.body.dataset.palette;
  let timer = 0;
  let asked = 0;
  let chosen = -1;

  const options = () => [...list.querySelectorAll('[role="option"]')];

  function choose(at) {
    const all = options();
    chosen = all.length ? (at + all.length) % all.length : -1;
    all.forEach((option, i) => option.setAttribute("aria-selected", String(i === chosen)));
    const now = all[chosen];
    field.setAttribute("aria-activedescendant", now ? now.id : "");
    if (!now) field.removeAttribute("aria-activedescendant");
    else now.scrollIntoView({ block: "nearest" });
  }

  function show(found, told) {
    found.slice(0, MOST).forEach((option, i) => {
      option.id = `palette-${i}`;
      option.tabIndex = -1;
      option.setAttribute("role", "option");
    });
    list.replaceChildren(...found.slice(0, MOST));
    field.setAttribute("aria-expanded", String(found.length > 0));
    state.textContent = told;
    choose(0);
  }

  function pages(text) {
    const word = text.toLowerCase();
    return [...places.querySelectorAll("a")]
      .filter((a) => !word || a.dataset.name.toLowerCase().includes(word))
      .map((a) => document.importNode(a, true));
  }

  async function ask() {
    const text = field.value.trim();
    const mine = (asked += 1);
    const known = pages(text);
    if (!text) return show(known, state.dataset.hint);
    if (!address) return show(known, known.length ? state.dataset.hint : state.dataset.none);
    try {
      const answer = await fetch(`${address}?${new URLSearchParams({ q: text })}`, {
        headers: { "HX-Request": "true" }, credentials: "same-origin",
      });
      if (mine !== asked) return undefined;   // an older question's answer
      if (!answer.ok) throw new Error(String(answer.status));
      const parsed = new DOMParser().parseFromString(await answer.text(), "text/html");
      const found = [...parsed.querySelectorAll('a[role="option"]')];
      const urls = new Set(found.map((a) => a.getAttribute("href")));
      const all = [...found, ...known.filter((a) => !urls.has(a.getAttribute("href")))];
      const count = Math.min(all.length, MOST);
      return show(all, count ? state.dataset.found.replace("{n}", String(count)) : state.dataset.none);
    } catch {
      if (mine === asked) show(known, state.dataset.broken);
      return undefined;
    }
  }

  field.addEventListener("input", (event) => {
    clearTimeout(timer);
    if (!event.isComposing) timer = setTimeout(ask, DEBOUNCE_MS);
  });
  field.addEventListener("compositionend", () => { clearTimeout(timer); timer = setTimeout(ask, DEBOUNCE_MS); });
  field.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "ArrowDown") choose(chosen + 1);
    else if (event.key === "ArrowUp") choose(chosen - 1);
    else if (event.key === "Enter") options()[chosen]?.click();
    else return;
    event.preventDefault();
  });
  list.addEventListener("mousemove", (event) => {
    const at = options().indexOf(event.target.closest('[role="option"]'));
    if (at >= 0 && at !== chosen) choose(at);
  });
  list.addEventListener("click", (event) => {
    const at = event.target.closest("[data-open], [data-press]");
    if (!at) return;   // a link goes where it leads
    event.preventDefault();
    dialog.close();
    if (at.dataset.press) document.querySelector(`[data-key="${CSS.escape(at.dataset.press)}"]`)?.click();
  });
  dialog.addEventListener("desk:open", () => { field.value = ""; field.focus(); ask(); });
})();
