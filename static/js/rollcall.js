// What pages do with a script that they can do without it too, only slower. Elements ask
// for it by `data-` attributes; nothing here knows what a page is about.
(() => {
  "use strict";
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const meta = (name) => document.querySelector(`meta[name="${name}"]`)?.content;
  const toasts = () => document.getElementById("toasts");

  // --- notices -------------------------------------------------------------------------
  const SECONDS = { done: 6, undo: 10 };

  function arm(toast) {
    if (toast.armed) return;
    toast.armed = true;
    const kind = toast.querySelector("form") ? "undo" : toast.dataset.toast;
    const seconds = SECONDS[kind];
    if (!seconds) return;
    let timer;
    const start = () => { timer = setTimeout(() => toast.remove(), seconds * 1000); };
    const stop = () => clearTimeout(timer);
    for (const name of ["mouseenter", "focusin"]) toast.addEventListener(name, stop);
    for (const name of ["mouseleave", "focusout"]) toast.addEventListener(name, start);
    start();
  }

  function tell(sentence, kind = "problem") {
    const toast = document.createElement("div");
    toast.className = "toast";
    toast.dataset.toast = kind;
    const text = document.createElement("p");
    text.textContent = sentence;
    const dismiss = document.createElement("button");
    dismiss.className = "btn btn-sm";
    dismiss.type = "button";
    dismiss.dataset.dismiss = "";
    dismiss.textContent = "Dismiss";
    toast.append(text, dismiss);
    toasts().append(toast);
    arm(toast);
    return toast;
  }

  // --- the session ---------------------------------------------------------------------
  const WARN_SECONDS = 120;
  let warning, isWarned;

  // `isFinal`: twelve hours are over, and no request puts the end off.
  function warn(seconds, isFinal) {
    isWarned = true;
    const span = seconds < WARN_SECONDS ? `${seconds} seconds` : "2 minutes";
    const why = isFinal ? ": you signed in 12 hours ago" : "";
    const toast = tell(`You will be signed out in ${span}${why}.`, "session");
    if (isFinal) return;
    const stay = document.createElement("button");
    stay.className = "btn btn-sm";
    stay.type = "button";
    stay.textContent = "Stay signed in";
    stay.onclick = () => htmx.ajax("POST", "/session/extend", { swap: "none" });
    toast.querySelector("p").after(stay);
  }

  function watchSession(seconds, isFinal) {
    // Whoever has been warned is warned anew only of another end.
    if (!(seconds > 0) || (isWarned && seconds <= WARN_SECONDS)) return;
    isWarned = false;
    clearTimeout(warning);
    all("[data-toast=session]").forEach((toast) => toast.remove());
    const left = Math.min(seconds, WARN_SECONDS);
    warning = setTimeout(warn, (seconds - left) * 1000, left, isFinal);
  }

  document.addEventListener("signed-in", (event) => {
    const token = event.detail.csrf;
    document.querySelector('meta[name="csrf-token"]')?.setAttribute("content", token);
    all("input[name=csrf_token]").forEach((field) => { field.value = token; });
    document.getElementById("sign-in").close();
    tell("You are signed in again. What you typed is still here: go on with it.");
  });

  // --- htmx ----------------------------------------------------------------------------
  // What a part that polls asks for by itself, not what somebody presses in it.
  const isPolled = ({ elt, triggeringEvent, requestConfig }) =>
    elt.closest("[data-poll]") && !(triggeringEvent ?? requestConfig?.triggeringEvent)?.isTrusted;
  document.addEventListener("htmx:configRequest", (event) => {
    const token = meta("csrf-token");
    if (token) event.detail.headers["X-CSRFToken"] = token;
    if (isPolled(event.detail)) event.detail.headers["X-Polled"] = "1";
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (!isPolled(event.detail)) return;
    const { pause } = event.detail.elt.closest("[data-poll]").dataset;
    if (document.hidden || (pause && document.querySelector(pause))) {
      event.preventDefault();
    }
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const told = (name) => Number(event.detail.xhr?.getResponseHeader(`Session-${name}`));
    watchSession(told("Seconds"), told("Is-Final"));
    if (event.detail.successful) event.detail.elt.querySelector(":scope > .stale")?.remove();
  });
  const isSentence = (xhr) =>
    (xhr.getResponseHeader("Content-Type") || "").startsWith("text/plain");
  // What one form does for many rows waits its turn (`hx-sync`), with the value and the
  // address of its own button: htmx would take those of the last one for all that wait.
  let near = [];
  function sendInTurn(form, button, event) {
    // So htmx forgets that it was pressed.
    button.dispatchEvent(new Event("focusout"));
    const path = button.getAttribute("formaction") ?? form.getAttribute("action");
    const values = button.name ? { [button.name]: button.value } : {};
    const row = button.closest("tr");
    near = [row, row?.nextElementSibling, row?.previousElementSibling].map((one) => one?.id);
    htmx.ajax("POST", path, { source: form, values, event });
  }
  // A form goes out once, however often its button is pressed before the answer is here.
  document.addEventListener("submit", (event) => {
    const { target: form, submitter } = event;
    if (form.method !== "post") return;
    const isInTurn = form.hasAttribute("hx-sync");
    const sent = isInTurn ? submitter : form;
    if (sent.isSent || isInTurn) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
    if (sent.isSent) return;
    sent.isSent = true;
    const again = () => { sent.isSent = false; };
    form.addEventListener("htmx:afterRequest", again, { once: true });
    setTimeout(again, 5000);
    if (isInTurn) sendInTurn(form, submitter, event);
  }, true);
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr } = event.detail;
    if (xhr.status >= 400 && isSentence(xhr)) {
      Object.assign(event.detail, { shouldSwap: false, isError: true });
    }
    // Who is asked to sign in may have typed half of it: another answer asks nothing new.
    if (xhr.status === 401 && document.getElementById("sign-in").open) {
      event.detail.shouldSwap = false;
    }
  });
  // A part that asks by itself says in its own place, and once, that it got no answer.
  function markStale(part, sentence) {
    let mark = part.querySelector(":scope > .stale");
    if (!mark) {
      mark = document.createElement("p");
      mark.className = "stale";
      mark.setAttribute("role", "status");
      part.append(mark);
    }
    if (mark.textContent !== sentence) mark.textContent = sentence;
  }
  function tellFailure({ detail }, sentence) {
    if (!isPolled(detail)) tell(sentence);
    else {
      const isRefused = detail.xhr.status >= 400 && detail.xhr.status < 500;
      const said = isRefused ? sentence : "Could not update. Trying again…";
      markStale(detail.elt.closest("[data-poll]"), said);
    }
  }
  document.addEventListener("htmx:responseError", (event) => {
    const { xhr } = event.detail;
    tellFailure(event, isSentence(xhr) ? xhr.responseText : "That did not work. Try again.");
  });
  for (const name of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(name, (event) => {
      tellFailure(event, "Rollcall cannot be reached. Check the connection, then try again.");
    });
  }
  const LANDING = ":is(caption, h2, ul)[tabindex]";
  let held;

  // What was pressed is often gone with what it changed: the focus goes to its row, to
  // one beside it, or to the caption of what came.
  function land(target, { elt: asker, triggeringEvent } = {}) {
    const wanted = target.matches?.("[data-focus]") ? target : target.querySelector?.("[data-focus]");
    if (wanted) { near = []; wanted.focus(); return; }
    const isLost = document.activeElement === document.body;
    const place = target.querySelector?.(LANDING);
    const row = near.map((id) => id && document.getElementById(id)).find(Boolean);
    if (place && isLost && near.length) {
      near = [];
      (row?.querySelector(".row-link") ?? place).focus();
    } else if (triggeringEvent?.isTrusted) {
      if (isLost || asker.matches("a")) place?.focus();
    } else if (isLost && target.id === "results") {
      // Who pressed nothing stays where they are: htmx finds their place by its id,
      // unless it is folded now.
      document.getElementById(held)?.closest(".fold")?.firstElementChild.focus();
    }
  }
  document.addEventListener("htmx:afterSettle", (event) => {
    const target = event.detail.elt;
    all("[data-toast]").forEach(arm);
    showDialog(target);
    countPicked();
    markCurrent();
    // What has come is put in only where nothing moves under somebody's eyes.
    const news = target.querySelector?.("[data-at-top]");
    if (news && !scrollY && !document.querySelector("#results details[open]")) {
      held = document.activeElement.id;
      news.click();
    }
    land(target, event.detail.requestConfig);
  });

  // --- a row that is open beside its list --------------------------------------------
  function markCurrent() {
    const links = all("tbody a.row-link[hx-push-url]");
    if (!links.length) return;
    const row = (link) => link.closest("li, tr");
    const before = links.find((link) => row(link).ariaCurrent);
    const now = links.find((link) => link.pathname === location.pathname);
    if (before === now) return;
    if (before) row(before).ariaCurrent = null;
    if (now) row(now).ariaCurrent = "true";
    else before.focus();
  }

  // --- dialogs -------------------------------------------------------------------------
  function showDialog(dialog) {
    if (dialog.tagName !== "DIALOG" || dialog.open || !dialog.firstElementChild) return;
    dialog.opener = document.activeElement;
    dialog.showModal();
  }
  document.addEventListener("close", ({ target: dialog }) => {
    if (dialog.tagName !== "DIALOG") return;
    dialog.replaceChildren();
    // Chromium gives the focus back without the caret, and nothing can be typed.
    document.activeElement.blur();
    // A menu it was chosen from has closed meanwhile.
    const menu = dialog.opener?.closest("details[data-menu]")?.querySelector("summary");
    if (dialog.opener?.isConnected) (menu ?? dialog.opener).focus();
  }, true);

  // --- rows that are picked ------------------------------------------------------------
  let lastPicked;

  function countPicked() {
    const bar = document.querySelector("[data-picked]");
    if (!bar) return;
    const boxes = all("input[data-pick]");
    const count = boxes.filter((box) => box.checked).length;
    bar.hidden = !count;
    all("[data-picked-count]", bar).forEach((one) => { one.textContent = count; });
    all("[data-picked-all]", bar).forEach((one) => {
      one.hidden = count < boxes.length;
      // What cannot be seen must not be sent.
      if (one.hidden) all("input", one).forEach((box) => { box.checked = false; });
    });
    boxes.forEach((box) => box.closest("tr")?.classList.toggle("is-selected", box.checked));
    const head = document.querySelector("input[data-pick-all]");
    if (head) {
      head.checked = count > 0 && count === boxes.length;
      head.indeterminate = count > 0 && count < boxes.length;
    }
  }

  function pick(box, isRange) {
    const boxes = all("input[data-pick]");
    if (isRange && lastPicked?.isConnected) {
      const ends = [boxes.indexOf(box), boxes.indexOf(lastPicked)].sort((a, b) => a - b);
      boxes.slice(ends[0], ends[1] + 1).forEach((one) => { one.checked = box.checked; });
    }
    lastPicked = box;
    countPicked();
  }

  // --- clicks --------------------------------------------------------------------------
  async function copy(button) {
    const source = button.parentElement.querySelector("code, pre, input");
    const text = source.value ?? source.textContent;
    const label = button.querySelector("span") || button;
    label.before ??= label.textContent;
    try {
      await navigator.clipboard.writeText(text);
      label.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(source);
      label.textContent = "Selected";
    }
    const said = document.createElement("span");
    said.className = "vh";
    said.textContent = label.textContent;
    toasts().append(said);
    setTimeout(() => { label.textContent = label.before; said.remove(); }, 2000);
  }

  function reveal(button) {
    const field = document.getElementById(button.dataset.reveal);
    const isHidden = field.type === "password";
    field.type = isHidden ? "text" : "password";
    button.setAttribute("aria-pressed", isHidden);
    button.textContent = isHidden ? "Hide" : "Show";
  }

  document.addEventListener("click", (event) => {
    const at = (selector) => event.target.closest(selector);
    if (at("[data-copy]")) copy(at("[data-copy]"));
    if (at("[data-dismiss]")) at(".toast").remove();
    if (at("[data-reveal]")) reveal(at("[data-reveal]"));
    if (at("[data-close]")) { event.preventDefault(); at("dialog")?.close(); }
    if (at("[data-unpick]")) {
      all("input[data-pick]").forEach((box) => { box.checked = false; });
      countPicked();
    }
    if (at("input[data-pick]")) pick(at("input[data-pick]"), event.shiftKey);
    if (at("input[data-pick-all]")) {
      all("input[data-pick]").forEach((box) => { box.checked = event.target.checked; });
      countPicked();
    }
    all("details[data-menu][open]").forEach((menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });

  // --- keys ----------------------------------------------------------------------------
  const TYPED = "input, textarea, select, [contenteditable]";
  let isGoing = false;

  function move(step) {
    const links = all("tbody :is(a, summary).row-link").filter((one) => one.checkVisibility());
    const row = document.activeElement.closest("tr") ?? document.querySelector("tr[aria-current]");
    let place = links.indexOf(document.activeElement);
    if (place < 0) place = links.indexOf(row?.querySelector(".row-link"));
    links[Math.min(Math.max(place + step, 0), links.length - 1)]?.focus();
  }

  function inMenu(event, menu) {
    const entries = all("a, button", menu.querySelector(".menu-list"));
    const place = entries.indexOf(document.activeElement);
    if (event.key === "Escape") {
      menu.open = false;
      menu.querySelector("summary").focus();
    } else if (menu.open && ["ArrowDown", "ArrowUp"].includes(event.key)) {
      const step = event.key === "ArrowDown" ? 1 : -1;
      entries[(place + step + entries.length) % entries.length]?.focus();
      event.preventDefault();
    }
  }

  const KEYS = {
    "/": () => document.querySelector("[data-search]")?.focus(),
    "?": () => document.querySelector("[data-help]")?.click(),
    g: () => { isGoing = true; setTimeout(() => { isGoing = false; }, 1500); },
    j: () => move(1),
    k: () => move(-1),
    x: () => document.activeElement?.closest("tr")?.querySelector("input[data-pick]")?.click(),
  };

  document.addEventListener("keydown", (event) => {
    const menu = event.target.closest?.("details[data-menu]");
    if (menu) inMenu(event, menu);
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest?.(TYPED) || document.querySelector("dialog[open]")) return;
    if (event.key === "Escape" && !menu) {
      const close = document.querySelector("[data-escape]");
      if (close?.checkVisibility()) close.click();
    }
    if (meta("single-keys") !== "1") return;
    const link = isGoing && document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    isGoing = false;
    if (link) {
      location.href = link.href;
    } else if (KEYS[event.key]) {
      event.preventDefault();
      KEYS[event.key]();
    }
  });

  // --- at the start --------------------------------------------------------------------
  all("[data-toast]").forEach(arm);
  countPicked();
  watchSession(Number(meta("session-seconds")), Number(meta("session-is-final")));
  document.querySelector("[data-focus]")?.focus();
})();
