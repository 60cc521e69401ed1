// Small services: light or dark, times in the reader's zone, the age of this page, the days of strips, one class
// instead of all, and links that open what they lead to.
(() => {
  "use strict";
  const root = document.documentElement;
  const format = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
  const { freshness, every } = document.currentScript?.dataset ?? {};
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

  const shown = new WeakMap();
  const clocks = document.querySelector("#local input");
  const localise = (part) => {
    for (const one of part.querySelectorAll("time[datetime*=T]")) {
      if (!shown.has(one)) shown.set(one, one.textContent);
      one.textContent = clocks?.checked ? local(one.dateTime, shown.get(one)) : shown.get(one);
    }
  };

  const localTimes = () => {
    if (!clocks) return;
    clocks.checked = kept.get("times") === "local";
    clocks.addEventListener("change", () => { kept.set("times", clocks.checked ? "local" : "utc"); localise(document); });
    if (clocks.checked) localise(document);
  };

  const local = (moment, text) => {
    const options = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
    if (/[A-Z]/i.test(text)) Object.assign(options, { day: "numeric", month: "short" });
    if (/ \d{4}/.test(text)) options.year = "numeric";
    if (/\d:\d\d:\d/.test(text)) options.second = "2-digit";
    if (/UTC/.test(text)) options.timeZoneName = "short";
    return new Intl.DateTimeFormat("en-GB", options).format(new Date(moment));
  };

  // While nothing that it says has changed, the page's own age follows the newest measurement; else it says what it is worth.
  const staleness = () => {
    const holds = document.getElementById("holds");
    const banner = document.getElementById("stale");
    if (!holds || !banner || !freshness) return;
    let until = Date.parse(holds.dataset.until);
    let seq = null;
    const said = bare(document);
    const here = banner.querySelector("a").href;
    const say = (name, number) => {
      banner.hidden = !name;
      root.toggleAttribute("data-old", Boolean(name) && name !== "new");
      for (const one of banner.children) {
        one.hidden = one.dataset.say !== name;
        if (!one.hidden && number) one.querySelector("b").textContent = number;
      }
    };
    const age = (late) => {
      const minutes = Math.max(1, Math.round(late / 60000));
      if (minutes < 120) say("old", minutes);
      else if (minutes < 2880) say("hours", Math.round(minutes / 60));
      else say("days", Math.round(minutes / 1440));
    };
    const renew = (news) => {
      until = Date.parse(news.valid_until);
      for (const [place, moment] of [[document.getElementById("measured-at"), news.newest_observation_at], [holds, news.valid_until]]) {
        const time = place?.querySelector("time");
        if (!time || !moment) continue;
        time.dateTime = moment;
        const text = shown.get(time) ?? time.textContent;
        shown.set(time, text.replace(/.*?(\d\d:\d\d:\d\d)/, () => (text.includes("UTC") ? `${dated(moment)}, ` : "") + moment.slice(11, 19)));
        time.textContent = clocks?.checked ? local(moment, shown.get(time)) : shown.get(time);
      }
    };
    const look = async () => {
      if (document.hidden) return;
      let changed = false;
      try {
        const answer = await fetch(freshness, { cache: "no-store" });
        if (answer.ok) {
          const news = await answer.json();
          const newer = Date.parse(news.valid_until) > until;
          if (newer && news.as_of_seq !== seq) changed = bare(await read(here)) !== said;
          if (!changed) seq = news.as_of_seq;
          if (newer && !changed) renew(news);
        }
      } catch { /* the page says for itself how old it is */ }
      const late = Date.now() - until;
      if (changed) say("new");
      else if (late > 0) age(late);
      else say("");
    };
    look();
    setInterval(look, 1000 * (every || 60));
    document.addEventListener("visibilitychange", look);
  };

  const read = async (address) => {
    const answer = await fetch(address, { cache: "no-cache" });
    if (!answer.ok) throw new Error(String(answer.status));
    return new DOMParser().parseFromString(await answer.text(), "text/html");
  };

  // What a page says beside its age.
  const bare = (page) => {
    const main = page.querySelector("main").cloneNode(true);
    for (const one of main.querySelectorAll("#holds, .note time")) one.remove();
    return main.textContent.replace(/\s+/g, " ");
  };

  const dated = (moment) => format.format(new Date(moment));

  // A strip becomes a slider over its days: arrows, Page Up and Down, Home and End move, Enter or a click opens the day.
  const days = (part) => {
    for (const lanes of part.querySelectorAll(".lanes")) {
      const axis = lanes.querySelector(".axis");
      const words = lanes.querySelector("template.days").content;
      const base = axis.dataset.from.replace(/\/?$/, "/");
      for (const link of lanes.querySelectorAll("a.strip")) slider(link, axis.dataset.start, base, words);
    }
  };

  const slider = (link, start, base, words) => {
    const strip = document.createElement("span");
    const label = words.querySelector("p").cloneNode();
    const runs = link.cloneNode(true);
    const known = daysOf(runs, start, words);
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
      const text = known.text(at);
      strip.setAttribute("aria-valuetext", text);
      label.textContent = text;
      label.classList.toggle("late", at > known.length / 2);
    };
    const open = () => location.assign(`${base}${known.day(at)}#${link.dataset.model}`);
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

  // The days of a lane, each put into words only when it is asked for.
  const daysOf = (link, start, words) => {
    const say = (value) => words.querySelector(`data[value="${value}"]`).textContent;
    const first = Date.parse(start);
    const runs = [...link.querySelectorAll("i")].map((one) => [one, +one.classList[1].slice(1)]);
    const date = (at) => new Date(first + at * 864e5);
    const minutes = (run, at) => {
      let left = at;
      for (const one of (run.dataset.m || "").split(" ")) {
        const [count, value] = one.includes("x") ? one.split("x") : [1, one];
        left -= count;
        if (left < 0) return value;
      }
      return "";
    };
    const text = (at) => {
      let before = 0;
      const [run] = runs.find(([, length]) => { before += length; return before > at; });
      const held = minutes(run, at - before + runs.find(([one]) => one === run)[1]);
      const day = date(at).toISOString().slice(0, 10);
      const told = (link.dataset.told || "").split(" ").filter(Boolean).map((one) => words.querySelectorAll("s")[one])
        .filter((one) => one.dataset.from <= day && (!one.dataset.until || one.dataset.until >= day));
      const named = told.map((one) => one.textContent).slice(0, 3).join("; ") + (told.length > 3 ? ` (+${told.length - 3})` : "");
      const lasted = held ? `, ${held} ${say(held === "1" ? "minute" : "minutes")}` : "";
      return `${format.format(date(at))}: ${say(run.classList[0])}${lasted}${named && `. ${named}`}`;
    };
    return { length: runs.reduce((sum, [, length]) => sum + length, 0), day: (at) => date(at).toISOString().slice(0, 10), text };
  };

  // The view: one class, some models, only what is not available. The address keeps the choice. The parts for one
  // class are those of its own page, which is fetched when it is chosen.
  const view = () => {
    const form = document.getElementById("view");
    if (!form) return;
    const parts = [...document.querySelectorAll("[data-part]")];
    const whole = parts.map((one) => [...one.childNodes]);
    const nothing = document.getElementById("nothing");
    let chosen = "";

    const fetched = async (address) => {
      const page = await read(address);
      for (const link of page.querySelectorAll("main [href]")) link.href = new URL(link.getAttribute("href"), new URL(address, location.href)).href;
      for (const axis of page.querySelectorAll(".axis")) axis.dataset.from = new URL(axis.dataset.from, new URL(address, location.href)).href;
      const head = Object.assign(document.createElement("p"), { className: "lead", textContent: page.querySelector("h1").textContent });
      const found = parts.map((one) => [...(page.querySelector(`[data-part=${one.dataset.part}]`)?.childNodes ?? [])]);
      found[0].unshift(head);
      return found;
    };

    const choose = async (option) => {
      if (option.value === chosen) return;
      chosen = option.value;
      let found = whole;
      if (chosen) {
        try { found = await fetched(option.dataset.from); } catch { location.assign(option.dataset.from); return; }
        if (option.value !== chosen) return;
      }
      parts.forEach((one, at) => one.replaceChildren(...found[at]));
      if (!chosen) return;
      for (const one of parts) { days(one); localise(one); }
    };

    const sift = () => {
      const wanted = (form.elements.filter?.value ?? "").trim().toLowerCase();
      const only = form.elements.only.checked;
      let left = 0;
      for (const row of document.querySelectorAll("[data-part] :is(.matrix tbody, .cards > li, .items > li, .lanes > h3)")) {
        const lane = row.matches("h3");
        const quiet = only && !lane && !row.querySelector(".s:is(.restricted, .degraded, .down, .unknown)");
        row.hidden = quiet || (wanted !== "" && !row.textContent.toLowerCase().includes(wanted));
        if (!row.hidden && !lane) left += 1;
        if (lane) for (let next = row.nextElementSibling; next && !next.matches("h3"); next = next.nextElementSibling) next.hidden = row.hidden;
      }
      for (const one of document.querySelectorAll("[data-part] section")) one.hidden = [...one.querySelectorAll(".items > li")].every((row) => row.hidden);
      nothing.hidden = left > 0 || !only;
    };

    const look = async () => {
      const address = new URL(location.href);
      const option = form.elements.classes?.selectedOptions[0];
      const choices = { class: option?.value, filter: form.elements.filter?.value.trim(), only: form.elements.only.checked ? "trouble" : "" };
      for (const [name, value] of Object.entries(choices)) {
        if (value) address.searchParams.set(name, value); else address.searchParams.delete(name);
      }
      history.replaceState(null, "", address);
      if (option) await choose(option);
      sift();
    };

    const asked = new URLSearchParams(location.search);
    const option = [...form.elements.classes?.options ?? []].find((one) => one.value && one.value === asked.get("class"));
    if (option) option.selected = true;
    if (form.elements.filter) form.elements.filter.value = asked.get("filter") ?? "";
    form.elements.only.checked = asked.get("only") === "trouble";
    form.addEventListener("input", look);
    form.addEventListener("submit", (event) => event.preventDefault());
    if (option || asked.has("filter") || asked.has("only")) look();
  };

  // A link into a closed part opens it, also where the browser does not.
  const disclose = () => {
    const wanted = location.hash ? document.getElementById(decodeURIComponent(location.hash.slice(1))) : null;
    for (let one = wanted; one; one = one.parentElement) if (one.matches("details")) one.open = true;
    if (wanted?.closest("details")) wanted.scrollIntoView();
  };

  appearance();
  staleness();
  localTimes();
  days(document);
  view();
  disclose();
  addEventListener("hashchange", disclose);
})();
