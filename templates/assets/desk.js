// Forms of staff: what is typed is kept on the server while it is typed, and Markdown is shown as it will look.
// Every form works without this file.
(() => {
  "use strict";
  const form = document.querySelector("form[data-keep]");
  if (!form) return;
  const { keep, path, render, csrf } = form.dataset;
  const said = form.querySelector("[data-saved]");
  const text = form.querySelector("[data-markdown]");
  const shown = form.querySelector("[data-preview]");
  let leaving = false;
  let waiting = 0;
  let under = null;

  const post = (address, fields, signal) =>
    fetch(address, { method: "POST", body: new URLSearchParams({ csrf, ...fields }), signal });

  const typed = () => {
    const fields = new URLSearchParams(new FormData(form));
    fields.delete("csrf");
    return fields.toString();
  };

  const save = async () => {
    if (leaving) return;
    under?.abort();
    under = new AbortController();
    try {
      const answer = await post(keep, { path, fields: typed() }, under.signal);
      if (answer.status === 401) said.textContent = "Your session has ended. Go on: sending the form brings you back with your text.";
      else if (!answer.ok) said.textContent = "Not kept yet; it is tried again.";
      else if (!leaving) said.textContent = `Kept ${await answer.text()} UTC`;
    } catch (error) {
      if (error.name !== "AbortError") said.textContent = "Not kept: no connection. Your text stays on this page.";
    }
  };

  const show = async () => {
    const box = shown?.closest("[hidden], .preview");
    if (!text || !box) return;
    box.hidden = !text.value.trim();
    if (box.hidden) return;
    const answer = await post(render, { body: text.value }).catch(() => null);
    if (answer?.ok) shown.innerHTML = await answer.text();
  };

  const kinds = form.querySelectorAll("[name=kind]");
  const fit = () => {
    const kind = form.querySelector("[name=kind]:checked")?.value;
    for (const part of form.querySelectorAll(".for")) part.hidden = !part.classList.contains(kind);
  };
  kinds.forEach((one) => one.addEventListener("change", fit));
  if (kinds.length) fit();

  const next = form.querySelector("[name=next_in]");
  const other = form.querySelector("[name=next_at]")?.closest(".field");
  const ask = () => { if (other) other.hidden = next.value !== "at"; };
  next?.addEventListener("change", ask);
  if (next) ask();

  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => { save(); show(); }, 800);
  });
  form.addEventListener("submit", () => {
    leaving = true;
    clearTimeout(waiting);
    under?.abort();
  });
  addEventListener("pageshow", () => { leaving = false; });
  show();
})();
