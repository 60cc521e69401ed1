// "Which class am I?": the answers lead to a page; they stay in this tab.
(() => {
  "use strict";
  const which = document.getElementById("which");
  if (!which) return;
  const say = (name) => { for (const one of which.querySelectorAll("[data-say]")) one.hidden = one.dataset.say !== name; };
  const link = which.querySelector("a[data-say=one]");
  const at = (path) => document.querySelector("header .home").href + path;
  which.hidden = false;
  which.addEventListener("change", () => {
    const picked = [...which.querySelectorAll("input:checked")].map((one) => one.value);
    const classes = picked.filter(Boolean);
    if (!classes.length) return say(picked.length ? "unsure" : "none");
    link.href = classes.length === 1 ? at(`user-classes/${classes[0]}`) : at(`my?classes=${classes.join(",")}`);
    return say("one");
  });
})();
