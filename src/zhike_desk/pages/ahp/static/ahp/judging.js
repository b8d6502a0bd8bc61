/* Judging pair by pair: the slider's words, the keys, saving as one goes, undoing the last answer.
   The form posts itself (event `judged`, or submit); `do` tells the server whether to stay, to go on, or to leave the pair unjudged. */
"use strict";
(() => {
  const LATER = 220;   // ms after the last move of the slider
  let timer = 0;
  let last = "";

  const form = () => document.getElementById("pair");
  const slider = () => document.getElementById("slider");

  function tell() {
    const at = slider();
    const words = form().dataset.words.split("|")[Number(at.value) + 8];
    const verdict = document.getElementById("verdict");
    at.setAttribute("aria-valuetext", words);
    at.dataset.judged = "1";
    verdict.textContent = words;
    document.getElementById("sides").dataset.lean = ["right", "equal", "left"][1 - Math.sign(Number(at.value))];
    verdict.classList.remove("open");
    document.getElementById("touched").value = "1";
  }

  function send(what) {
    clearTimeout(timer);
    timer = 0;
    const at = form();
    if (!at || slider().disabled) return;
    document.getElementById("do").value = what;
    window.htmx.trigger(at, "judged");
  }

  function moved() {
    tell();
    clearTimeout(timer);
    timer = setTimeout(() => send("save"), LATER);
  }

  function set(step) {
    slider().value = String(step);
    moved();
  }

  document.addEventListener("input", (event) => { if (event.target.id === "slider") moved(); });

  /* A press on the slider that leaves it in the middle judges "equal". */
  document.addEventListener("pointerup", (event) => { if (event.target.id === "slider" && !event.target.dataset.judged) moved(); });

  document.addEventListener("submit", (event) => {
    if (event.target !== form()) return;
    clearTimeout(timer);
    const skip = event.submitter && event.submitter.id === "skip";
    document.getElementById("do").value = skip ? "skip" : "next";
  }, true);

  function key(event) {
    const digit = /^Digit([1-9])$/.exec(event.code) || /^Numpad([1-9])$/.exec(event.code);
    if (digit) return () => set((Number(digit[1]) - 1) * (event.shiftKey ? 1 : -1));
    if (event.key === " ") return () => send("skip");
    if (event.key === "Enter") return () => send("next");
    if (event.key === "Backspace") return () => document.getElementById("go-back")?.click();
    return null;
  }

  document.addEventListener("keydown", (event) => {
    const at = slider();
    if (!at || at.disabled || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target !== at && event.target !== document.body) return;
    const act = key(event);
    if (act) { event.preventDefault(); event.stopPropagation(); act(); }
  }, true);

  /* Undo of the last answer: the server's code comes with each answer that changed something. */
  document.addEventListener("ahp:saved", (event) => { last = event.detail.undo; });
  document.addEventListener("htmx:afterSettle", () => {
    const button = document.getElementById("take-back");
    if (button) button.hidden = !last || !document.body.dataset.undo;
  });
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("#take-back");
    if (!button || !last) return;
    button.disabled = true;
    const answer = await fetch(document.body.dataset.undo, {
      method: "POST", credentials: "same-origin", body: new URLSearchParams({ code: last }),
      headers: { "X-CSRFToken": window.desk.token(), "HX-Request": "true" },
    });
    last = "";
    if (answer.ok) location.reload();
    else window.desk.toast(document.getElementById("toasts").dataset.failedWord);
  });
})();
