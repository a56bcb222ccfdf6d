"use strict";
// Suggestions below the search box: a combobox as the ARIA Authoring Practices have it. The keys
// move among the options, Enter or a click searches for one, the right arrow only writes it into
// the box, Escape closes. Events are heard on the document: htmx may put another box in its place.
(() => {
  const DELAY_MS = 120;
  let timer = 0;
  let asking = new AbortController();

  const listOf = (box) => document.getElementById(box.getAttribute("aria-controls"));
  const optionsOf = (box) => [...listOf(box).querySelectorAll("[role=option]")];
  const isOpen = (box) => !listOf(box).hidden;
  const chosenOf = (box) => optionsOf(box).findIndex((option) => option.getAttribute("aria-selected") === "true");
  const boxOf = (target) => (target instanceof Element && target.matches("#q[role=combobox]") ? target : null);
  const characters = (text) => [...text]; // code points, as the server counts them

  function forget() {
    clearTimeout(timer);
    asking.abort();
  }

  function close(box) {
    forget();
    choose(box, -1);
    listOf(box).hidden = true;
    box.setAttribute("aria-expanded", "false");
  }

  function open(box, rows) {
    const list = listOf(box);
    list.innerHTML = rows; // escaped by the template
    list.scrollTop = 0;
    list.hidden = !list.childElementCount;
    box.setAttribute("aria-expanded", String(!list.hidden));
    box.removeAttribute("aria-activedescendant");
  }

  function choose(box, at) {
    optionsOf(box).forEach((option, n) => option.setAttribute("aria-selected", String(n === at)));
    const option = optionsOf(box)[at];
    if (!option) {
      box.removeAttribute("aria-activedescendant");
      return;
    }
    box.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  async function ask(box) {
    forget();
    if (!box.value.trim()) {
      close(box);
      return;
    }
    asking = new AbortController();
    const { signal } = asking;
    const at = characters(box.value.slice(0, box.selectionStart)).length;
    let rows = "";
    try {
      const answer = await fetch(`/suggest?${new URLSearchParams({ q: box.value, at })}`, { signal });
      if (answer.ok && !answer.redirected) rows = await answer.text(); // redirected: logged out
    } catch {
      // no answer, no suggestions
    }
    if (!signal.aborted && document.activeElement === box) open(box, rows);
  }

  function askSoon(box) {
    forget();
    timer = setTimeout(() => ask(box), DELAY_MS);
  }

  function write(box, option) {
    const { insert, cursor } = option.dataset;
    const at = characters(insert).slice(0, Number(cursor)).join("").length;
    box.value = insert;
    box.focus();
    box.setSelectionRange(at, at);
  }

  function take(box, option) {
    write(box, option);
    if ("more" in option.dataset) { // the name of a field: its values come next
      ask(box);
      return;
    }
    close(box);
    box.form.requestSubmit();
  }

  function move(box, step) {
    const count = optionsOf(box).length + 1; // and the box itself
    choose(box, ((chosenOf(box) + 1 + step + count) % count) - 1);
  }

  // What a key does; true where the browser is to do nothing more.
  const KEYS = new Map(Object.entries({
    ArrowDown(box) {
      if (isOpen(box)) move(box, 1);
      else ask(box);
      return true;
    },
    ArrowUp(box) {
      if (isOpen(box)) move(box, -1);
      return isOpen(box);
    },
    ArrowRight(box, option) {
      if (!option || box.selectionStart !== box.value.length) return false;
      write(box, option);
      ask(box);
      return true;
    },
    Enter(box, option) {
      if (option) take(box, option);
      return Boolean(option);
    },
    Escape(box) {
      const was = isOpen(box);
      close(box);
      return was; // else the browser empties the box
    },
  }));

  document.addEventListener("keydown", (event) => {
    const box = boxOf(event.target);
    if (!box || event.isComposing || event.keyCode === 229) return; // an input method's keys
    if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    const option = isOpen(box) ? optionsOf(box)[chosenOf(box)] : undefined;
    if (KEYS.get(event.key)?.(box, option)) event.preventDefault();
  });

  document.addEventListener("input", (event) => {
    const box = boxOf(event.target);
    if (box && !event.isComposing) askSoon(box);
  });

  document.addEventListener("compositionend", (event) => {
    const box = boxOf(event.target);
    if (box) askSoon(box);
  });

  document.addEventListener("focusout", (event) => {
    const box = boxOf(event.target);
    if (box) close(box);
  });

  document.addEventListener("submit", (event) => {
    const box = boxOf(event.target.elements?.q);
    if (box) close(box);
  });

  document.addEventListener("mousedown", (event) => {
    if (event.target.closest?.(".suggestions")) event.preventDefault(); // the box keeps the focus
  });

  document.addEventListener("click", (event) => {
    const option = event.target.closest?.(".suggestions [role=option]");
    if (!option || event.ctrlKey || event.metaKey || event.shiftKey) return; // to a tab of its own
    const box = document.querySelector(`#q[aria-controls="${option.closest("ul").id}"]`);
    event.preventDefault();
    take(box, option);
  });
})();
