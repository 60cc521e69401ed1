// Replay: a slider over the moments of the story, with the matrix and the three clocks as they stood.
(() => {
  "use strict";
  const source = document.currentScript.dataset.from;
  const root = document.getElementById("replay");
  if (!root) return;
  const range = root.querySelector("input");
  const output = root.querySelector("output");
  const play = root.querySelector("[data-do=play]");
  const story = root.querySelector(".story");
  const steps = [...story.children];
  const phrases = document.getElementById("phrases").content;
  const say = (name) => phrases.querySelector(`[data-say=${name}]`).textContent;
  const rank = ["available", "degraded", "unknown", "down", "restricted"];
  const pace = 40000 / steps.length;
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

  // A clock shows the newest moment of its kind; a new story's order resets the others.
  const clocks = (at) => {
    for (const clock of root.querySelectorAll(".clocks [data-clock]")) {
      const last = steps.slice(0, at + 1).filter((one) => one.dataset.clock === clock.dataset.clock).pop();
      const [when, whom] = [clock.querySelector("b"), clock.lastElementChild];
      when.replaceChildren(last ? last.querySelector(".at time").cloneNode(true) : say("not"));
      whom.textContent = last ? last.querySelector(".whom").textContent : "";
      clock.classList.toggle("pending", !last);
    }
  };

  const show = (to) => {
    const at = Math.max(0, Math.min(steps.length - 1, to));
    steps.forEach((one, number) => {
      if (number === at) one.setAttribute("aria-current", "step"); else one.removeAttribute("aria-current");
    });
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
    }, pace);
  };

  const begin = async () => {
    try {
      const said = await (await fetch(source)).json();
      ({ cells, changes } = said);
    } catch { return; }
    for (const one of root.querySelectorAll("[hidden]")) one.hidden = false;
    story.classList.add("one");
    play.hidden = matchMedia("(prefers-reduced-motion: reduce)").matches;
    range.addEventListener("input", () => { stop(); show(+range.value); });
    play.addEventListener("click", () => (timer ? stop() : start()));
    root.querySelector("[data-do=back]").addEventListener("click", () => { stop(); show(+range.value - 1); });
    root.querySelector("[data-do=on]").addEventListener("click", () => { stop(); show(+range.value + 1); });
    show(0);
  };
  begin();
})();
