// Five small services: light or dark, times in the reader's zone, a warning when this page is old, the days of strips,
// and a filter over a long matrix.
(() => {
  "use strict";
  const root = document.documentElement;
  const freshness = document.currentScript?.dataset.freshness;
  const kept = {
    get: (name) => { try { return localStorage.getItem(name); } catch { return null; } },
    set: (name, value) => { try { localStorage.setItem(name, value); } catch { /* private mode */ } },
  };

  const appearance = () => {
    const wanted = kept.get("look") || "";
    for (const one of document.querySelectorAll("[name=look]")) {
      one.checked = one.value === wanted;
      one.addEventListener("change", () => { kept.set("look", one.value); root.dataset.look = one.value; });
    }
    root.dataset.look = wanted;
  };

  const localTimes = () => {
    const label = document.getElementById("local");
    const box = label?.querySelector("input");
    if (!box) return;
    const times = [...document.querySelectorAll("time[datetime*=T]")].map((one) => [one, one.textContent]);
    const show = () => {
      for (const [one, text] of times) one.textContent = box.checked ? local(one.dateTime, text) : text;
    };
    label.hidden = false;
    box.checked = kept.get("times") === "local";
    box.addEventListener("change", () => { kept.set("times", box.checked ? "local" : "utc"); show(); });
    show();
  };

  const local = (moment, text) => {
    const options = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
    if (/[A-Z]/i.test(text)) Object.assign(options, { day: "numeric", month: "short" });
    if (/ \d{4}/.test(text)) options.year = "numeric";
    if (/\d:\d\d:\d/.test(text)) options.second = "2-digit";
    if (/UTC/.test(text)) options.timeZoneName = "short";
    return new Intl.DateTimeFormat("en-GB", options).format(new Date(moment));
  };

  const staleness = () => {
    const holds = document.getElementById("holds");
    const banner = document.getElementById("stale");
    if (!holds || !banner || !freshness) return;
    const until = Date.parse(holds.dataset.until);
    const say = (name) => {
      banner.hidden = !name;
      for (const one of banner.children) one.hidden = one.dataset.say !== name;
    };
    const look = async () => {
      if (document.hidden) return;
      const late = Date.now() - until;
      let newest = until;
      try {
        const answer = await fetch(freshness, { cache: "no-store" });
        if (answer.ok) newest = Date.parse((await answer.json()).valid_until) || until;
      } catch { /* the page says for itself how old it is */ }
      if (late > 0) banner.querySelector("b").textContent = Math.max(1, Math.round(late / 60000));
      say(late <= 0 ? "" : newest > until ? "new" : "old");
    };
    look();
    setInterval(look, 60000);
    document.addEventListener("visibilitychange", look);
  };

  // A strip becomes a slider over its days: arrows, Page Up and Down, Home and End move, Enter or a click opens the day.
  const days = () => {
    for (const lanes of document.querySelectorAll(".lanes")) {
      const axis = lanes.querySelector(".axis");
      const words = lanes.querySelector("template.days").content;
      const base = axis.dataset.from.replace(/\/?$/, "/");
      for (const link of lanes.querySelectorAll("a.strip")) slider(link, axis.dataset.start, base, words);
    }
  };

  const slider = (link, start, base, words) => {
    const strip = document.createElement("span");
    const label = words.querySelector("p").cloneNode();
    const known = daysOf(link, start, words);
    strip.className = "strip";
    strip.append(...link.childNodes, label);
    for (const [name, value] of Object.entries({
      role: "slider", tabindex: "0", "aria-label": link.getAttribute("aria-label"),
      "aria-valuemin": "1", "aria-valuemax": String(known.length),
    })) strip.setAttribute(name, value);
    let at = known.length - 1;
    const show = (to) => {
      at = Math.max(0, Math.min(known.length - 1, to));
      strip.style.setProperty("--at", at);
      strip.setAttribute("aria-valuenow", String(at + 1));
      strip.setAttribute("aria-valuetext", known[at].text);
      label.textContent = known[at].text;
      label.classList.toggle("late", at > known.length / 2);
    };
    const open = () => location.assign(`${base}${known[at].day}#${link.dataset.model}`);
    const steps = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 7, PageDown: -7, Home: -999, End: 999 };
    const under = (event) => show(Math.floor((event.clientX - strip.getBoundingClientRect().left) / strip.clientWidth * known.length));
    strip.addEventListener("keydown", (event) => {
      if (event.key === "Enter") open();
      else if (event.key in steps) show(at + steps[event.key]);
      else return;
      event.preventDefault();
    });
    strip.addEventListener("pointermove", under);
    strip.addEventListener("click", (event) => { under(event); open(); });
    show(at);
    link.replaceWith(strip);
  };

  const daysOf = (link, start, words) => {
    const say = (value) => words.querySelector(`data[value="${value}"]`).textContent;
    const stories = [...words.querySelectorAll("s")];
    const mine = (link.dataset.told || "").split(" ").filter(Boolean).map((at) => stories[at]);
    const known = [];
    const first = Date.parse(start);
    for (const run of link.querySelectorAll("i")) {
      const [look, length] = run.className.split(" ");
      const minutes = (run.dataset.m || "").split(" ").flatMap((one) => {
        const [count, value] = one.includes("x") ? one.split("x") : [1, one];
        return Array(+count).fill(value);
      });
      for (let n = 0; n < +length.slice(1); n += 1) {
        const date = new Date(first + known.length * 864e5);
        const day = date.toISOString().slice(0, 10);
        const held = minutes[n] ? `, ${minutes[n]} ${say(minutes[n] === "1" ? "minute" : "minutes")}` : "";
        const told = mine.filter((one) => one.dataset.from <= day && (!one.dataset.until || one.dataset.until >= day));
        const named = told.map((one) => one.textContent).slice(0, 3).join("; ") + (told.length > 3 ? ` (+${told.length - 3})` : "");
        const written = date.toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
        known.push({ day, text: `${written}: ${say(look)}${held}${named && `. ${named}`}` });
      }
    }
    return known;
  };

  const filter = () => {
    const box = document.querySelector("#filter");
    if (!box) return;
    const input = box.querySelector("input");
    const rows = [...document.querySelectorAll(".matrix tbody, .cards > li, .lanes > h3")];
    const look = () => {
      const wanted = input.value.trim().toLowerCase();
      for (const row of rows) {
        const gone = wanted !== "" && !(row.dataset.name || row.textContent).toLowerCase().includes(wanted);
        row.hidden = gone;
        if (row.matches("h3")) for (let next = row.nextElementSibling; next && !next.matches("h3"); next = next.nextElementSibling) next.hidden = gone;
      }
      const address = new URL(location.href);
      if (wanted) address.searchParams.set("filter", wanted); else address.searchParams.delete("filter");
      history.replaceState(null, "", address);
    };
    box.hidden = false;
    input.value = new URLSearchParams(location.search).get("filter") || "";
    input.addEventListener("input", look);
    if (input.value) look();
  };

  appearance();
  localTimes();
  staleness();
  days();
  filter();
})();
