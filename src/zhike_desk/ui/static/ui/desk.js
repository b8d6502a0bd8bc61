/* What every page does: keys, toasts with undo, dialogs, menus, copying the exact value, colours.
   Pages mark up, they don't script:
     data-open="ID"          opens the dialog with that id        data-close        closes the dialog it lies in
     data-fresh="ID"         in a dialog, holds what the template with that id holds each time it is opened, until more is loaded
     data-rows               a table or list walked by j and k; its rows are tr[data-row] or [data-row]; a[data-go] opens one
     data-key="r"            what the key r presses (r, t, w, [ and ])
     data-copy               a click copies the exact value of a <data>
     data-back               goes back
   Events: `toast` with {text, undo} shows a toast (also from the server: HX-Trigger); `desk:undone` after an undo. */
"use strict";
(() => {
  const SHOWN_SECONDS = 6;
  const toasts = document.getElementById("toasts");
  const UNDO_SECONDS = Number(toasts.dataset.undoSeconds) || 10;
  const body = document.body;
  const token = () => JSON.parse(body.getAttribute("hx-headers") || "{}")["X-CSRFToken"] || "";
  const icons = () => (document.querySelector("svg.icon use")?.getAttribute("href") || "").split("#")[0];

  /* ---- toasts */

  function drawIcon(name) {
    const ns = "http://www.w3.org/2000/svg";
    const svg = document.createElementNS(ns, "svg");
    const use = document.createElementNS(ns, "use");
    svg.setAttribute("class", "icon");
    svg.setAttribute("aria-hidden", "true");
    use.setAttribute("href", `${icons()}#${name}`);
    svg.append(use);
    return svg;
  }

  function keep(box, seconds, over, tick) {
    let left = seconds;
    const timer = setInterval(() => {
      if (box.matches(":hover, :focus-within") || document.hidden) return;   // whoever reads it keeps it
      left -= 1;
      if (tick) tick(left);
      if (left <= 0) { clearInterval(timer); over(); }
    }, 1000);
    return () => clearInterval(timer);
  }

  async function undo(code, box) {
    const data = new URLSearchParams({ code });
    try {
      const answer = await fetch(body.dataset.undo, {
        method: "POST", body: data, credentials: "same-origin",
        headers: { "X-CSRFToken": token(), "HX-Request": "true" },
      });
      box.remove();
      if (!answer.ok) return toast(toasts.dataset.failedWord);
      toast(toasts.dataset.undoneWord);
      const went = new CustomEvent("desk:undone", { bubbles: true, cancelable: true, detail: { code } });
      if (body.dispatchEvent(went)) setTimeout(() => location.reload(), 400);
    } catch {
      toast(toasts.dataset.offlineWord);
    }
  }

  function dress(box, code) {
    let stop = () => {};
    const close = document.createElement("button");
    close.type = "button";
    close.setAttribute("aria-label", toasts.dataset.closeWord);
    close.append(drawIcon("close"));
    close.addEventListener("click", () => { stop(); box.remove(); });
    if (code && body.dataset.undo) {
      const button = document.createElement("button");
      const left = document.createElement("span");
      button.type = "button";
      left.className = "left-over";
      left.setAttribute("aria-hidden", "true");
      left.textContent = `${UNDO_SECONDS}`;
      button.append(drawIcon("undo"), toasts.dataset.undoWord, left);
      button.addEventListener("click", () => { stop(); button.disabled = true; undo(code, box); });
      box.append(button);
      stop = keep(box, UNDO_SECONDS, () => box.remove(), (n) => { left.textContent = `${n}`; });
    } else {
      stop = keep(box, SHOWN_SECONDS, () => box.remove());
    }
    box.append(close);
  }

  function toast(text, code) {
    if (!text) return;
    const box = document.createElement("div");
    const line = document.createElement("p");
    box.className = "toast";
    line.textContent = text;
    box.append(line);
    toasts.append(box);
    while (toasts.children.length > 3) toasts.firstElementChild.remove();
    dress(box, code);
  }

  toasts.querySelectorAll("[data-toast]").forEach((box) => {
    const code = (box.dataset.code || "").split(" ").find((word) => word.startsWith("undo:"));
    dress(box, code ? code.slice(5) : "");
  });
  body.addEventListener("toast", (event) => toast(event.detail.text || event.detail.value, event.detail.undo));
  body.addEventListener("htmx:responseError", () => toast(toasts.dataset.failedWord));
  body.addEventListener("htmx:sendError", () => toast(toasts.dataset.offlineWord));

  /* ---- dialogs and menus */

  function open(id) {
    const dialog = document.getElementById(id);
    if (!dialog || typeof dialog.showModal !== "function" || dialog.open) return;
    document.querySelectorAll("details.menu[open], details.why[open], details.define[open]").forEach((menu) => { menu.open = false; });
    const fresh = dialog.querySelector("[data-fresh]");
    if (fresh) fresh.replaceChildren(document.getElementById(fresh.dataset.fresh).content.cloneNode(true));
    dialog.showModal();
    dialog.dispatchEvent(new CustomEvent("desk:open"));
  }

  document.addEventListener("click", (event) => {
    const at = event.target.closest("[data-open], [data-close], [data-copy], [data-turn], [data-back]");
    document.querySelectorAll("details.menu[open], details.why[open], details.define[open]").forEach((menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
    if (event.target instanceof HTMLDialogElement && event.target.open) event.target.close();   // a click on the veil
    if (!at) return;
    if (at.dataset.open !== undefined) open(at.dataset.open);
    if (at.dataset.close !== undefined) at.closest("dialog")?.close();
    if (at.dataset.copy !== undefined) copy(at);
    if (at.dataset.turn !== undefined) turn();
    if (at.dataset.back !== undefined) { event.preventDefault(); history.back(); }
  });

  /* A panel near the right edge opens to the left. */
  document.addEventListener("toggle", (event) => {
    const box = event.target.open && event.target.matches("details.why, details.define") && event.target.querySelector(".why-box");
    if (!box) return;
    box.classList.remove("end");
    if (box.getBoundingClientRect().right > document.documentElement.clientWidth - 8) box.classList.add("end");
  }, true);

  async function copy(at) {
    const exact = at.dataset.copy || at.querySelector("data")?.value || at.value || at.textContent.trim();
    await navigator.clipboard.writeText(exact);
    toast(`${toasts.dataset.copiedWord} ${exact}`);
  }

  /* ---- colours */

  function turn() {
    const root = document.documentElement;
    const next = root.dataset.updown === "west" ? "east" : "west";
    root.dataset.updown = next;
    document.cookie = `zhike_updown=${next}; path=/; max-age=31536000; samesite=lax`;
    document.dispatchEvent(new CustomEvent("desk:colours"));
  }

  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    document.dispatchEvent(new CustomEvent("desk:colours"));
  });

  /* ---- keys */

  const rows = () => [...document.querySelectorAll("[data-rows] [data-row]")].filter((row) => row.offsetParent !== null);

  function goTo(row) {
    rows().forEach((other) => other.classList.toggle("at", other === row));
    const link = row.querySelector("a[data-go], a");
    if (link) link.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  }

  function step(by) {
    const all = rows();
    if (!all.length) return false;
    const now = all.findIndex((row) => row.classList.contains("at"));
    goTo(all[Math.min(all.length - 1, Math.max(0, now < 0 ? 0 : now + by))]);
    return true;
  }

  function current() {
    return rows().find((row) => row.contains(document.activeElement)) || document.querySelector("[data-rows] [data-row].at");
  }

  function press(key) {
    const within = current()?.querySelector(`[data-key="${key}"]`);
    const at = within || document.querySelector(`[data-key="${key}"]`);
    if (!at) return false;
    at.click();
    return true;
  }

  function search() {
    const field = document.querySelector("main [data-search]");
    if (field) { field.focus(); field.select(); } else open("palette");
    return true;
  }

  const KEYS = {
    "/": search,
    "?": () => { open("keys"); return true; },
    j: () => step(1),
    k: () => step(-1),
    x: () => { const tick = current()?.querySelector("input[type=checkbox]"); if (tick) tick.click(); return Boolean(tick); },
    Enter: () => {
      const row = current();
      if (!row || document.activeElement.matches("a, button, summary, input")) return false;
      row.querySelector("a[data-go], a")?.click();
      return true;
    },
    "[": () => press("["), "]": () => press("]"), r: () => press("r"), t: () => press("t"), w: () => press("w"),
  };

  function typing(event) {
    const at = event.target;
    return event.isComposing || event.keyCode === 229 || at.isContentEditable
      || at.matches("textarea, select, input:not([type=checkbox]):not([type=radio]):not([type=button]):not([type=submit])");
  }

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k" && !event.isComposing) {
      event.preventDefault();
      return open("palette");
    }
    if (event.key === "Escape") {
      const menu = document.querySelector("details.menu[open], details.why[open], details.define[open]");
      if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
      return undefined;
    }
    if (typing(event) || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return undefined;
    const act = Object.hasOwn(KEYS, event.key) ? KEYS[event.key] : null;
    if (act && act()) event.preventDefault();
    return undefined;
  });

  /* ---- a row that is ticked looks ticked */

  document.addEventListener("change", (event) => {
    const row = event.target.matches("[data-row] input[type=checkbox]") && event.target.closest("[data-row]");
    if (row) row.classList.toggle("chosen", event.target.checked);
  });

  /* ---- what scrolls sideways can be scrolled by keys */

  function reach() {
    document.querySelectorAll(".table-box:not([tabindex])").forEach((box) => {
      if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    });
  }
  document.querySelectorAll(".tabs [aria-current]").forEach((tab) => {
    const row = tab.closest(".tabs");
    row.scrollLeft = Math.max(0, tab.offsetLeft + tab.offsetWidth - row.offsetLeft - row.clientWidth);
  });
  reach();
  addEventListener("resize", reach);
  body.addEventListener("htmx:afterSettle", reach);

  window.desk = Object.freeze({ toast, open, token });
})();
