// Replay: a slider over the moments of a story, with the matrix and the three clocks as they stood; forty seconds long.
(() => {
  "use strict";
  const source = document.currentScript.dataset.from;
  const root = document.getElementById("replay");
  if (!root) return;
  const range = root.querySelector("input");
  const output = root.querySelector("output");
  const play = root.querySelector("[data-do=play]");
  const choice = root.querySelector("select");
  const beats = root.querySelector(".beats");
  const story = root.querySelector(".story");
  const every = [...story.children];
  const phrases = document.getElementById("phrases").content;
  const say = (name) => phrases.querySelector(`[data-say=${name}]`).textContent;
  const rank = ["available", "degraded", "unknown", "down", "restricted"];
  const [whole, shortest] = [40000, 1500];
  let steps = every;
  let cells = [];
  let changes = [];
  let timer = 0;

  // The best of the platforms counts, as on the home page.
  const minute = (moment) => Math.floor(Date.parse(moment) / 60000);
  const folded = (until) => {
    const state = new Map();
    for (const one of changes) {
      if (minute(one.at) > minute(until)) break;
      state.set(one.cell, one);
    }
    const best = new Map();
    for (const [number, one] of state) {
      const key = `${cells[number].model}\n${cells[number].user_class}`;
      const before = best.get(key);
      if (!before || rank.indexOf(one.availability) < rank.indexOf(before.availability)) best.set(key, one);
    }
    return best;
  };

  const paint = (until) => {
    const best = folded(until);
    const classes = [...root.querySelectorAll("th[data-class]")].map((one) => one.dataset.class);
    for (const row of root.querySelectorAll("tr[data-model]")) {
      classes.forEach((name, at) => {
        const one = best.get(`${row.dataset.model}\n${name}`);
        const look = !one ? "absent" : one.by_design ? "expected" : one.availability;
        const square = row.cells[at + 1];
        if (square.dataset.look === look) return;
        square.dataset.look = look;
        square.className = ["restricted", "down", "degraded"].includes(look) ? look : "";
        square.replaceChildren(...[...phrases.querySelector(`[data-look=${look}]`).childNodes].map((node) => node.cloneNode(true)));
      });
    }
  };

  // A clock shows the newest moment of its kind.
  const clocks = (at) => {
    for (const clock of root.querySelectorAll(".clocks [data-clock]")) {
      const last = steps.slice(0, at + 1).filter((one) => one.dataset.clock === clock.dataset.clock).pop();
      clock.querySelector("b").replaceChildren(last ? last.querySelector(".at time").cloneNode(true) : say("not"));
      clock.querySelector("[data-whom]").textContent = last ? last.querySelector(".whom").textContent : "";
      clock.querySelector("[data-lag]").textContent = last?.querySelector(".at small")?.textContent ?? "";
      clock.classList.toggle("pending", !last);
    }
  };

  const show = (to) => {
    const at = Math.max(0, Math.min(steps.length - 1, to));
    for (const one of every) one.removeAttribute("aria-current");
    steps[at].setAttribute("aria-current", "step");
    [...beats.children].forEach((one, number) => one.classList.toggle("done", number <= at));
    range.value = String(at);
    const when = steps[at].querySelector(".at time").textContent;
    const what = steps[at].querySelector("div > p").textContent.trim().replace(/\s+/g, " ");
    range.setAttribute("aria-valuetext", `${when}: ${what}`);
    output.textContent = `${at + 1} / ${steps.length}`;
    clocks(at);
    if (root.querySelector(".grid")) paint(steps[at].dataset.at);
  };

  const stop = () => {
    clearInterval(timer);
    timer = 0;
    play.textContent = say("play");
    play.setAttribute("aria-pressed", "false");
  };

  const start = () => {
    if (+range.value === steps.length - 1) show(0);
    play.textContent = say("pause");
    play.setAttribute("aria-pressed", "true");
    timer = setInterval(() => {
      show(+range.value + 1);
      if (+range.value === steps.length - 1) stop();
    }, Math.max(shortest, whole / steps.length));
  };

  // One story, or all that happened; the address keeps the choice.
  const tell = (id) => {
    stop();
    const mine = every.filter((one) => !id || one.dataset.story === id);
    steps = mine.length ? mine : every;
    range.max = String(steps.length - 1);
    beats.replaceChildren(...steps.map((one) => Object.assign(document.createElement("li"), { className: one.dataset.look })));
    show(0);
  };

  const begin = async () => {
    try {
      const answer = await fetch(source);
      ({ cells, changes } = await answer.json());
    } catch { return; }
    for (const one of root.querySelectorAll("[hidden]")) one.hidden = false;
    story.classList.add("one");
    play.hidden = matchMedia("(prefers-reduced-motion: reduce)").matches;
    range.addEventListener("input", () => { stop(); show(+range.value); });
    play.addEventListener("click", () => (timer ? stop() : start()));
    root.querySelector("[data-do=back]").addEventListener("click", () => { stop(); show(+range.value - 1); });
    root.querySelector("[data-do=on]").addEventListener("click", () => { stop(); show(+range.value + 1); });
    const asked = new URLSearchParams(location.search).get("story");
    if (choice && asked !== null && [...choice.options].some((one) => one.value === asked)) choice.value = asked;
    choice?.addEventListener("change", () => {
      const address = new URL(location.href);
      address.searchParams.set("story", choice.value);
      history.replaceState(null, "", address);
      tell(choice.value);
    });
    tell(choice?.value ?? "");
  };
  begin();
})();
