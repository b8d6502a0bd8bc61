/* Passkeys: what failed is said on the page. An address that isn't a name, or isn't safe, can't have one: browsers refuse. */
"use strict";
(() => {
  const box = document.querySelector("[data-passkey-failed]");
  if (!box) return;
  const unfit = !window.isSecureContext || !window.PublicKeyCredential || /^[\d.]+$|^\[/.test(location.hostname);
  const tell = (why) => {
    box.querySelectorAll("[data-passkey-why]").forEach((p) => { p.hidden = p.dataset.passkeyWhy !== why; });
    box.hidden = false;
  };
  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    tell(unfit ? "unfit" : "refused");
  });
})();
