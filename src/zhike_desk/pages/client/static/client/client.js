/* One client: what was revealed vanishes, forms are cleared once they are sent, r and t lead to their fields. */
"use strict";
(() => {
  function vanish(box) {
    let left = Number(box.dataset.vanish);
    const told = box.querySelector("[data-left]");
    const end = () => { clearInterval(timer); box.remove(); };
    const timer = setInterval(() => {
      left -= 1;
      if (told) told.textContent = `${left}`;
      if (left <= 0 || !box.isConnected) end();
    }, 1000);
    box.closest("dialog")?.addEventListener("close", end, { once: true });
    window.addEventListener("pagehide", end, { once: true });
  }

  document.body.addEventListener("htmx:afterSettle", () => {
    document.querySelectorAll("[data-vanish]:not([data-vanishing])").forEach((box) => {
      box.dataset.vanishing = "";
      vanish(box);
    });
  });

  document.body.addEventListener("htmx:afterRequest", (event) => {
    const form = event.target.closest("form[data-clears]");
    if (form && event.detail.successful) form.reset();
    if (form && event.detail.successful) form.closest("details")?.removeAttribute("open");
  });

  document.getElementById("reveal")?.addEventListener("close", (event) => {
    event.target.querySelector("form").reset();
    document.getElementById("reveal-told").replaceChildren();
  });

  document.addEventListener("click", (event) => {
    const at = event.target.closest("[data-focus], [data-more]");
    if (!at) return;
    if (at.dataset.focus) {
      const field = document.getElementById(at.dataset.focus);
      field.closest("details")?.setAttribute("open", "");
      field.scrollIntoView({ block: "center" });
      field.focus({ preventScroll: true });
    }
    if (at.dataset.more !== undefined) {
      at.closest(".card").dataset.all = "";
      at.closest("footer").remove();
    }
  });
})();
