// Search and the choice of a theme. The report can be read without it.
"use strict";
{
  const root = document.body.dataset.root;
  const page = document.documentElement;
  const tools = document.querySelector(".tools");
  tools.hidden = false;

  // The theme: the system's until the reader chooses, then the chosen one wherever pages may remember something.
  const button = document.getElementById("theme");
  const prefersDark = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (page.dataset.theme ? page.dataset.theme === "dark" : prefersDark.matches);
  const label = () => {
    button.textContent = isDark() ? "Light" : "Dark";
    button.setAttribute("aria-label", `Change to the ${isDark() ? "light" : "dark"} theme`);
  };
  button.addEventListener("click", () => {
    page.dataset.theme = isDark() ? "light" : "dark";
    try { localStorage.setItem("pipeline-theme", page.dataset.theme); } catch {}
    label();
  });
  prefersDark.addEventListener("change", label);
  label();

  // The search: the index is read when it is first needed, as a script, since a page may not read other files.
  const field = document.getElementById("search");
  const found = document.getElementById("found");
  const list = document.getElementById("found-list");
  const count = document.getElementById("found-count");
  const most = 60;
  let index = null;

  const loadIndex = () => {
    if (index !== null) return;
    index = [];
    const script = document.createElement("script");
    script.src = root + "assets/search.js";
    script.addEventListener("load", () => { index = window.pipelineIndex; show(); });
    document.head.append(script);
  };

  const show = () => {
    const words = field.value.toLowerCase().split(/\s+/).filter((word) => word !== "");
    found.hidden = words.length === 0;
    if (words.length === 0 || index === null) return;
    const hits = index.filter(([, name, context]) => {
      const text = `${name} ${context}`.toLowerCase();
      return words.every((word) => text.includes(word));
    });
    const rank = ([, name]) => (name.toLowerCase().startsWith(words[0]) ? 0 : name.toLowerCase().includes(words[0]) ? 1 : 2);
    hits.sort((one, other) => rank(one) - rank(other));
    count.textContent = hits.length === 0 ? "Nothing found" : hits.length === 1 ? "1 result"
      : `${hits.length} results${hits.length > most ? `, the first ${most} of them` : ""}`;
    list.replaceChildren(...hits.slice(0, most).map(([link, name, context]) => {
      const item = document.createElement("li");
      const anchor = document.createElement("a");
      anchor.href = root + link;
      anchor.textContent = name;
      const rest = document.createElement("span");
      rest.className = "quiet";
      rest.textContent = context;
      item.append(anchor, rest);
      return item;
    }));
  };

  field.addEventListener("focus", () => { loadIndex(); show(); });
  field.addEventListener("input", () => { loadIndex(); show(); });

  // Arrow keys walk through the results; Escape leaves them.
  document.querySelector(".search").addEventListener("keydown", (event) => {
    const links = [...list.querySelectorAll("a")];
    const place = links.indexOf(document.activeElement);
    if (event.key === "Escape") {
      field.value = "";
      show();
      field.focus();
    } else if (event.key === "ArrowDown" && links.length > 0) {
      links[Math.min(place + 1, links.length - 1)].focus();
    } else if (event.key === "ArrowUp" && place >= 0) {
      (links[place - 1] ?? field).focus();
    } else {
      return;
    }
    event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    const isTyping = event.target.matches("input, textarea, select");
    if (event.key === "/" && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      field.focus();
    }
  });
  document.addEventListener("focusin", (event) => {
    if (!event.target.closest(".search")) found.hidden = true;
  });

  // What is folded away is printed too.
  addEventListener("beforeprint", () => {
    for (const details of document.querySelectorAll("details")) details.open = true;
  });
}
