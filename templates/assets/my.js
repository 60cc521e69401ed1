// "My access": several classes combined in the browser, the most restrictive on each platform, kept in the address.
(() => {
  "use strict";
  const source = document.currentScript.dataset.from;
  const form = document.getElementById("my");
  const mine = document.getElementById("mine");
  const phrases = document.getElementById("phrases").content;
  const titles = [...mine.querySelectorAll("thead th")].map((one) => one.textContent);
  const order = ["available", "degraded", "unknown", "down", "restricted"];
  const usable = new Set(["available", "degraded"]);
  let snapshot = null;

  const phrase = (name, ...values) => {
    const made = phrases.querySelector(`[data-say=${name}]`).cloneNode(true);
    made.querySelectorAll("b").forEach((one, at) => {
      if (!("time" in one.dataset)) one.textContent = values[at];
      else one.replaceWith(Object.assign(element("time", local(values[at])), { dateTime: values[at] }));
    });
    return [...made.childNodes];
  };
  const format = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" });
  const local = (moment) => `${format.format(new Date(moment))} UTC`;
  const mark = (look) => phrases.querySelector(`[data-look=${look}]`).firstElementChild.cloneNode(true);
  const element = (name, ...children) => {
    const made = document.createElement(name);
    made.append(...children);
    return made;
  };
  const chosen = (name) => [...form.querySelectorAll(`[name=${name}]:checked`)].map((one) => one.value);

  // One place for each platform that offers the model to all of the classes.
  const places = (model, classes) => model.offered.flatMap((offering) => {
    const cells = classes.map((one) => snapshot.cells.find((cell) =>
      cell.model === model.id && cell.provider === offering.provider && cell.user_class === one));
    if (cells.includes(undefined)) return [];
    const worst = cells.reduce((before, cell) =>
      order.indexOf(cell.availability) > order.indexOf(before.availability) ? cell : before);
    return [worst];
  });

  const best = (cells) => cells.reduce((before, cell) =>
    !before || order.indexOf(cell.availability) < order.indexOf(before.availability) ? cell : before, null);
  const look = (cell) => !cell ? "absent" : cell.availability === "restricted" && cell.basis === "expected" ? "expected" : cell.availability;
  const named = (kind, id) => snapshot[kind].find((one) => one.id === id)?.name ?? id;

  const instead = (model, classes) => model.alternatives.flatMap((id) => {
    const other = snapshot.models.find((one) => one.id === id);
    const place = other && places(other, classes).find((cell) => usable.has(cell.availability));
    return place ? [place] : [];
  });

  const place = (cell) => element("div", element("code", cell.provider_model_id), ` ${named("providers", cell.provider)}`);
  const base = (kind, id) => `${document.querySelector("header .home").href}${kind}/${id}`;

  const row = (model, classes) => {
    const here = places(model, classes);
    const state = best(here);
    const link = element("a", model.name);
    link.href = base("models", model.id);
    const head = element("th", link);
    head.scope = "row";
    const says = element("td", mark(look(state)));
    if (state && !usable.has(state.availability)) {
      const because = element("small", ...phrase("by"), named("user_classes", state.user_class));
      if (state.reason) because.append(` · ${state.reason}`);
      says.append(because);
      if (look(state) !== "expected") says.className = look(state);
    }
    const open = here.filter((cell) => usable.has(cell.availability));
    const closed = here.filter((cell) => !usable.has(cell.availability)).map((cell) => named("providers", cell.provider));
    const where = element("td", ...open.map(place));
    if (open.length && closed.length) where.append(element("small", ...phrase("closed"), closed.join(", ")));
    if (!open.length && here.length) where.append(...phrase("nowhere", String(here.length)));
    if (open.length || here.length) where.dataset.label = titles[2];
    const use = element("td", ...(open.length ? [] : instead(model, classes)).map(place));
    if (use.childNodes.length) use.dataset.label = titles[3];
    return [element("tr", head, says, where, use), open.length > 0];
  };

  const show = () => {
    const classes = chosen("classes");
    const wanted = chosen("models");
    const address = new URL(location.href);
    for (const [name, values] of [["classes", classes], ["models", wanted]]) {
      if (values.length) address.searchParams.set(name, values.join(",")); else address.searchParams.delete(name);
    }
    history.replaceState(null, "", address.href.replaceAll("%2C", ","));
    const heading = mine.querySelector("h2");
    const table = mine.querySelector("table");
    table.hidden = !classes.length || !snapshot;
    if (!snapshot) return heading.replaceChildren(...phrase("lost"));
    if (!classes.length) return heading.replaceChildren(...phrase("none"));
    const rows = snapshot.models.filter((one) => !wanted.length || wanted.includes(one.id)).map((one) => row(one, classes));
    const late = Date.now() - Date.parse(snapshot.valid_until);
    table.tBodies[0].replaceChildren(...rows.map(([one]) => one));
    heading.replaceChildren(...phrase("some", String(rows.filter(([, open]) => open).length), String(rows.length)));
    document.getElementById("measured").replaceChildren(...(late > 0
      ? phrase("old", String(Math.max(1, Math.round(late / 60000))))
      : phrase("measured", snapshot.newest_observation_at ?? snapshot.generated_at, snapshot.valid_until)));
  };

  const load = async () => {
    if (document.hidden && snapshot) return;
    try {
      const answer = await fetch(source, { cache: "no-cache" });
      if (answer.ok) snapshot = await answer.json();
    } catch { /* what is shown says its age */ }
    show();
  };

  const asked = new URLSearchParams(location.search);
  for (const name of ["classes", "models"]) {
    const values = new Set(asked.getAll(name).flatMap((one) => one.split(",")));
    for (const box of form.querySelectorAll(`[name=${name}]`)) box.checked = values.has(box.value);
  }
  form.hidden = mine.hidden = false;
  document.getElementById("without").hidden = true;
  form.addEventListener("change", show);
  form.addEventListener("submit", (event) => event.preventDefault());
  load();
  setInterval(load, 60000);
})();
