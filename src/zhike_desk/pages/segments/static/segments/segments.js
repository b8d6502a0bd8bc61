/* A choice narrows the map at once; what is left open stays out of the address. */
"use strict";
(() => {
  const form = document.querySelector("form[data-narrow]");
  form?.addEventListener("change", () => {
    form.querySelectorAll("select").forEach((select) => { select.disabled = select.value === ""; });
    form.submit();
  });
  addEventListener("pageshow", () => form?.querySelectorAll("select").forEach((select) => { select.disabled = false; }));
})();
