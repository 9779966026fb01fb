// Makes the page quicker and pleasanter; everything on it works without.
"use strict";

const calendar = document.getElementById("calendar");
const status = document.getElementById("status");
let asked = null;

// Views are fetched and put in place of the one that is shown; the address says what is shown.
async function show(url, focus) {
  asked?.abort();
  asked = new AbortController();
  calendar.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(url, { headers: { Accept: "text/html" }, signal: asked.signal });
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const main = fresh.getElementById("calendar");
    if (!answer.ok || !main) {
      location.assign(url);
      return false;
    }
    calendar.replaceChildren(...main.childNodes);
    document.title = fresh.title;
    settle(url, focus);
    return true;
  } catch (error) {
    if (error.name !== "AbortError") status.textContent = calendar.dataset.failed;
    return false;
  } finally {
    calendar.removeAttribute("aria-busy");
  }
}

async function go(url, focus) {
  const closed = eventIn(location.href);
  if (!(await show(url, focus))) return;
  history.pushState(null, "", url);
  if (closed && !eventIn(url)) opener(closed)?.focus({ preventScroll: true });
}

function eventIn(url) {
  return new URL(url).searchParams.get("event");
}

function opener(event) {
  return [...calendar.querySelectorAll("a[href*='event=']")].find((link) => eventIn(link.href) === event);
}

// What was used keeps the focus where it is still there; details and headings are read out.
function settle(url, focus) {
  prepare();
  const details = eventIn(url) && document.getElementById("event");
  const again = focus && calendar.querySelector(focus);
  (details || again || calendar).focus({ preventScroll: true });
  status.textContent = calendar.querySelector(details ? "#event-title" : "#heading").textContent;
}

function isPlain(event) {
  return event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
}

// How the same control is found again in the next view.
function handle(element) {
  if (element.id) return "#" + CSS.escape(element.id);
  const label = element.getAttribute("aria-label");
  if (label) return `[aria-label="${CSS.escape(label)}"]`;
  const links = [...calendar.querySelectorAll(".steps a, .tabs a")];
  return links.includes(element) ? `.${element.parentElement.className} a:nth-child(${place(element)})` : "";
}

function place(element) {
  return [...element.parentElement.children].indexOf(element) + 1;
}

calendar.addEventListener("click", (event) => {
  const link = event.target.closest("a[href^='?']");
  if (!link || !isPlain(event)) return;
  event.preventDefault();
  go(new URL(link.href), handle(link));
});

calendar.addEventListener("submit", (event) => {
  const form = event.target;
  event.preventDefault();
  const url = new URL(location.pathname, location.href);
  for (const [name, value] of new FormData(form, event.submitter)) if (value) url.searchParams.append(name, value);
  go(url, handle(event.submitter || form));
});

calendar.addEventListener("change", (event) => {
  if (event.target.matches("#f-zone")) event.target.form.requestSubmit();
});

window.addEventListener("popstate", () => show(new URL(location.href), ""));

document.addEventListener("keydown", (event) => {
  const close = event.key === "Escape" && calendar.querySelector("#event .close");
  if (close) go(new URL(close.href), "");
});

// The visitor's own zone is offered first.
function prepare() {
  const form = calendar.querySelector("[data-zone]");
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!form || !own || own === form.dataset.zone) return;
  const select = form.querySelector("select");
  let option = [...select.options].find((one) => one.value === own);
  if (!option) {
    option = new Option(own.replaceAll("_", " "), own);
    select.prepend(option);
  }
  const offer = form.querySelector(".offer");
  offer.textContent = form.dataset.offer.replace("{zone}", option.textContent.trim());
  offer.hidden = false;
  offer.addEventListener("click", () => {
    select.value = own;
    form.requestSubmit();
  });
}
prepare();
