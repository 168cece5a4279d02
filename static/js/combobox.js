// Suggestions under a field, chosen by keyboard (ARIA APG, combobox with list autocomplete).
// The server fills the list; here it is opened, walked, chosen from and closed. The focus
// never leaves the field, so that several can be chosen in a row.
(() => {
  "use strict";
  const part = (combo, name) => combo.querySelector(`[data-combo-${name}]`);
  const input = (combo) => combo.querySelector("[role=combobox]");
  const options = (combo) => [...combo.querySelectorAll("[role=option]:not([aria-disabled=true])")];
  const active = (combo) => combo.querySelector("[role=option][aria-selected=true]");
  const isOpen = (combo) => !part(combo, "hits").hidden;

  function mark(combo, option) {
    active(combo)?.setAttribute("aria-selected", "false");
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option) input(combo).setAttribute("aria-activedescendant", option.id);
    else input(combo).removeAttribute("aria-activedescendant");
  }

  function open(combo, isToBe) {
    part(combo, "hits").hidden = !isToBe;
    input(combo).setAttribute("aria-expanded", isToBe);
    if (!isToBe) mark(combo);
  }

  function step(combo, by) {
    const all = options(combo);
    if (!all.length) return;
    const place = all.indexOf(active(combo));
    const next = place < 0 ? (by > 0 ? 0 : all.length - 1) : (place + by + all.length) % all.length;
    mark(combo, all[next]);
  }

  // Each choice goes out with its own value, one after the other; the next word can be
  // typed at once, and nobody is chosen twice meanwhile.
  function choose(combo, option) {
    const form = document.getElementById(combo.dataset.sends);
    const values = { [combo.dataset.name]: option.dataset.value };
    mark(combo);
    option.ariaDisabled = "true";
    input(combo).select();
    htmx.ajax("POST", form.action, { source: form, values });
  }

  function onKey(event) {
    const combo = event.target.closest?.("[data-combo]");
    if (!combo || event.target !== input(combo)) return;
    const key = event.key;
    if (["ArrowDown", "ArrowUp"].includes(key)) {
      event.preventDefault();
      if (isOpen(combo)) step(combo, key === "ArrowDown" ? 1 : -1);
      else if (event.target.value.trim()) htmx.trigger(event.target, "ask");
    } else if (key === "Enter") {
      event.preventDefault();
      if (active(combo)) choose(combo, active(combo));
      else if (!isOpen(combo)) htmx.trigger(event.target, "ask");
    } else if (key === "Escape") {
      event.preventDefault();
      if (isOpen(combo)) open(combo, false);
      else event.target.value = "";
    }
  }

  // What the server sent: open it, unless the field was left or emptied meanwhile.
  function onList(event) {
    const combo = event.target.closest("[data-combo]");
    if (!combo || !event.target.matches("[data-combo-hits]")) return;
    const isWanted = combo.contains(document.activeElement) && input(combo).value.trim();
    open(combo, Boolean(isWanted));
    const said = part(combo, "said")?.textContent.trim().replace(/\s+/g, " ");
    part(combo, "status").textContent = isWanted ? said : "";
  }

  // After one was chosen, the list is asked again: it tells who has been taken by now.
  function onSent(event) {
    const form = event.detail.elt;
    const combo = form.id && document.querySelector(`[data-combo][data-sends="${CSS.escape(form.id)}"]`);
    if (combo) htmx.trigger(input(combo), "ask");
  }

  document.addEventListener("keydown", onKey);
  document.addEventListener("htmx:afterSwap", onList);
  document.addEventListener("htmx:afterRequest", onSent);
  // A press must not take the focus from the field, nor close the list before the click.
  document.addEventListener("mousedown", (event) => {
    if (event.target.closest("[data-combo-hits]")) event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    const option = event.target.closest("[data-combo] [role=option]");
    if (option && option.ariaDisabled !== "true") choose(option.closest("[data-combo]"), option);
  });
  document.addEventListener("focusout", (event) => {
    const combo = event.target.closest("[data-combo]");
    if (combo && !combo.contains(event.relatedTarget)) open(combo, false);
  });
})();
