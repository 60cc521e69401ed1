// "Is it me?" without leaving the page: the pasted text goes to the classifier, the words come from the page.
(() => {
  "use strict";
  const address = document.currentScript.dataset.from;
  const form = document.getElementById("ask");
  const found = document.getElementById("found");
  const phrases = document.getElementById("phrases").content;

  const named = (id) => {
    const known = phrases.querySelector(`data[value="${CSS.escape(id)}"]`);
    return known ? known.textContent : id;
  };

  const element = (name, ...children) => {
    const made = document.createElement(name);
    made.append(...children);
    return made;
  };

  const models = `${document.querySelector("header .home").href}models/`;

  const places = (cells) => {
    const rows = new Map();
    for (const cell of cells) {
      const key = `${cell.model}\n${cell.provider}`;
      if (!rows.has(key)) rows.set(key, { ...cell, looks: new Map() });
      const looks = rows.get(key).looks;
      const look = cell.availability === "restricted" && cell.basis === "expected" ? "expected" : cell.availability;
      looks.set(look, [...(looks.get(look) || []), named(cell.user_class)]);
    }
    const list = element("ul");
    list.className = "places";
    for (const row of rows.values()) {
      const link = element("a", element("b", named(row.model)));
      link.href = `${models}${row.model}`;
      const where = element("span", `${named(row.provider)} `, element("code", row.provider_model_id));
      where.className = "soft";
      const says = element("div");
      for (const [look, classes] of row.looks) {
        const mark = phrases.querySelector(`[data-look="${look}"]`).cloneNode(true);
        says.append(element("p", ...mark.childNodes, classes.join(", ")));
      }
      list.append(element("li", link, " ", where, says));
    }
    return list;
  };

  const meaning = (cause) => document.querySelector(`template[data-cause="${cause}"]`).content.cloneNode(true);
  const heads = phrases.querySelectorAll("h2");
  const leads = phrases.querySelectorAll(".lead");
  const nothing = phrases.querySelectorAll("p:not(.lead)");
  const trouble = (cell) => ["restricted", "down"].includes(cell.availability) && cell.basis !== "expected";

  const show = (said) => {
    const told = meaning(said.cause);
    const sure = said.cells.length ? 0 : said.named.some(trouble) && said.group !== "answered" ? 1 : -1;
    if (sure >= 0) {
      told.querySelector("h2").textContent = heads[sure].textContent;
      told.querySelector(".lead").append(` ${leads[sure].textContent}`);
    }
    found.replaceChildren(told);
    if (said.cells.length) found.append(places(said.cells));
    if (said.named.length) found.append(phrases.querySelector("h3").cloneNode(true), places(said.named));
    if (!said.cells.length && !said.named.length) found.append(nothing[0].cloneNode(true));
    found.append(Object.assign(element("p", element("code", said.rule), said.hint ? ` ${said.hint}` : ""), { className: "note" }));
    found.focus();
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const chosen = form.provider.selectedOptions[0];
    const provider = chosen.dataset.kind || "generic";
    try {
      const answer = await fetch(address, { method: "POST", body: JSON.stringify({ provider, text: form.answer.value }) });
      if (!answer.ok) throw new Error(String(answer.status));
      const said = await answer.json();
      const here = (cells) => cells.filter((cell) => !chosen.value || cell.provider === chosen.value);
      show({ ...said, cells: here(said.cells), named: here(said.named) });
    } catch {
      found.replaceChildren(nothing[1].cloneNode(true));
    }
  });
})();
