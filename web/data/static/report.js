"use strict";

// A report's page: from hit to hit by button and key, the outline's place, citations to copy.
// All of it is there without this file, too, by links and by selecting.
(() => {
  const bar = document.querySelector(".rp-bar");
  if (!bar) return;
  const marks = [...document.querySelectorAll(".rp-words mark[id]")];

  function pieces(mark) {
    const number = mark.id.slice("hit-".length);
    return [mark, ...document.querySelectorAll(`.rp-words mark[data-of="${number}"]`)];
  }

  // Hits
  const box = bar.querySelector(".rp-hits");
  const said = bar.querySelector(".rp-said");
  let now = -1;

  function mark(at) {
    if (now >= 0) pieces(marks[now]).forEach((piece) => piece.classList.remove("rp-now"));
    now = at;
    if (now < 0) return;
    pieces(marks[now]).forEach((piece) => piece.classList.add("rp-now"));
    said.textContent = box.dataset.said.replace("{n}", now + 1).replace("{total}", box.dataset.total);
  }

  function firstBelow() {
    const top = bar.getBoundingClientRect().bottom;
    return marks.findIndex((each) => each.getBoundingClientRect().top >= top);
  }

  function step(by) {
    if (!marks.length) return;
    let at = now + by;
    if (now < 0) {
      const below = firstBelow();
      at = by > 0 ? Math.max(below, 0) : (below < 0 ? marks.length : below) - 1;
    }
    mark((at + marks.length) % marks.length);
    history.replaceState(history.state, "", `#${marks[now].id}`);
    marks[now].scrollIntoView({ block: "start" });
  }

  function followAddress() {
    mark(marks.findIndex((each) => `#${each.id}` === location.hash));
  }

  if (box && marks.length) {
    box.querySelector(".rp-first").hidden = true;
    box.querySelector(".rp-keys").hidden = false;
    box.querySelectorAll("[data-step]").forEach((button) => {
      button.hidden = false;
      button.addEventListener("click", () => step(Number(button.dataset.step)));
    });
    window.addEventListener("hashchange", followAddress);
    followAddress();
  }

  const steps = { n: 1, j: 1, p: -1, k: -1 };
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key === "Escape") closeOthers(null);
    if (typing || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (Object.hasOwn(steps, event.key)) step(steps[event.key]);
  });

  // Citations and the outline on small screens: one open at a time.
  const opened = [...document.querySelectorAll(".rp-cite, .rp-jump")];

  function closeOthers(kept) {
    opened.forEach((each) => {
      if (each !== kept && each.open) {
        const inside = each.contains(document.activeElement);
        each.open = false;
        if (inside && !kept) each.querySelector("summary").focus();
      }
    });
  }

  opened.forEach((each) => each.addEventListener("toggle", () => each.open && closeOthers(each)));
  document.addEventListener("click", (event) => {
    const link = event.target.closest(".rp-jump a, .rp-panel a");
    closeOthers(link ? null : event.target.closest(".rp-cite, .rp-jump"));
  });

  // Copying: the clipboard is there for https and for this machine; else what is selected is copied.
  async function copy(node) {
    const text = node.textContent;
    if (navigator.clipboard) {
      await navigator.clipboard.writeText(text);
      return true;
    }
    const selection = getSelection();
    selection.selectAllChildren(node);
    return document.execCommand("copy");
  }

  document.querySelectorAll("[data-copy]").forEach((button) => {
    const label = button.textContent;
    button.hidden = false;
    button.addEventListener("click", async () => {
      const done = await copy(button.previousElementSibling).catch(() => false);
      button.textContent = done ? button.dataset.copy : label;
      setTimeout(() => { button.textContent = label; }, 2000);
    });
  });

  // The outline follows the reader.
  const outline = document.querySelector(".rp-outline");
  const links = new Map([...outline.querySelectorAll("li > a:first-child")].map((a) => [a.hash.slice(1), a]));
  let current = null;

  function show(id) {
    const link = links.get(encodeURI(id));
    if (!link || link === current) return;
    current?.removeAttribute("aria-current");
    link.setAttribute("aria-current", "true");
    current = link;
    const [frame, place] = [outline.getBoundingClientRect(), link.getBoundingClientRect()];
    if (place.top < frame.top) outline.scrollTop -= frame.top - place.top + 40;
    if (place.bottom > frame.bottom) outline.scrollTop += place.bottom - frame.bottom + 40;
  }

  // The last section that begins in the upper quarter: a hit is led to just above its end.
  const sections = [...document.querySelectorAll(".rp-section")];
  const seen = new Set();
  const observer = new IntersectionObserver((entries) => {
    entries.forEach((each) => seen[each.isIntersecting ? "add" : "delete"](each.target));
    const last = sections.findLast((section) => seen.has(section));
    if (last || !current) show((last ?? sections[0]).id);
  }, { rootMargin: "0px 0px -75% 0px" });
  sections.forEach((section) => observer.observe(section));
})();
