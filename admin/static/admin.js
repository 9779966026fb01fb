// Makes the pages pleasanter; every one of them works without it.
"use strict";

function each(selector, work) {
  document.querySelectorAll(selector).forEach(work);
}

// Copy buttons, hidden until it is known that they can work.
each("[data-copy]", (button) => {
  const words = button.firstChild.textContent;
  button.hidden = false;
  button.setAttribute("aria-live", "polite");
  button.addEventListener("click", async () => {
    await copyText(document.getElementById(button.dataset.copy).value);
    button.firstChild.textContent = button.dataset.copied;
    setTimeout(() => { button.firstChild.textContent = words; }, 2000);
  });
});
// The same where the text is in no box: data-copy-text holds it, and what was done is said beside the button.
each("[data-copy-text]", (button) => {
  const said = document.createElement("span");
  said.className = "copied";
  said.setAttribute("role", "status");
  button.hidden = false;
  button.after(said);
  button.addEventListener("click", async () => {
    await copyText(button.dataset.copyText);
    said.textContent = button.dataset.copied;
    setTimeout(() => { said.textContent = ""; }, 2000);
  });
});
async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const box = document.createElement("textarea"); // over plain http there is no clipboard API
    const focused = document.activeElement;
    box.value = text;
    document.body.append(box);
    box.select();
    document.execCommand("copy");
    box.remove();
    focused?.focus();
  }
}
each("[data-select]", (input) => input.addEventListener("focus", () => input.select()));

// One tick for all rows of a table, and buttons that need a ticked row.
each("[data-all]", (all) => {
  all.hidden = false;
  const form = all.closest("form");
  const ticks = () => [...form.querySelectorAll("[data-one]")];
  const show = () => {
    const ticked = ticks().filter((tick) => tick.checked).length;
    all.checked = ticked > 0 && ticked === ticks().length;
    all.indeterminate = ticked > 0 && !all.checked;
    form.querySelectorAll("[data-count]").forEach((words) => {
      words.textContent = ticked ? words.dataset.count.replace("{n}", ticked) : "";
    });
  };
  all.addEventListener("change", () => {
    ticks().forEach((tick) => { tick.checked = all.checked; });
    show();
  });
  form.addEventListener("change", (event) => { if (event.target.matches("[data-one]")) show(); });
  show();
});

// A form that is on its way is not sent a second time by an impatient click.
each("form[method=post]", (form) => {
  let isSent = false;
  form.addEventListener("submit", (event) => {
    if (isSent) event.preventDefault();
    isSent = true;
    setTimeout(() => { isSent = false; }, 5000);
  });
});
window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

// Parts that only matter for some choice: data-when="name=value other" names a radio or tick and its values.
each("[data-when]", (part) => {
  const [name, values] = part.dataset.when.split("=");
  const wanted = values.split(" ");
  const form = part.closest("form");
  const inputs = [...form.querySelectorAll(`[name="${name}"]`)];
  if (!inputs.length) return; // there is no choice, as of the kind of a share that exists
  const show = () => {
    const chosen = inputs
      .filter((input) => !["radio", "checkbox"].includes(input.type) || input.checked)
      .map((input) => input.value);
    part.hidden = !chosen.some((value) => wanted.includes(value));
    if ("unsent" in part.dataset) part.disabled = part.hidden; // a fieldset that is not seen is not sent either
  };
  form.addEventListener("change", show);
  show();
});

// A box that narrows a list of ticks while one types: data-narrow names the list.
each("[data-narrow]", (box) => {
  box.closest("[hidden]")?.removeAttribute("hidden");
  const list = document.getElementById(box.dataset.narrow);
  box.addEventListener("input", () => {
    const words = box.value.toLocaleLowerCase().split(/\s+/).filter(Boolean);
    list.querySelectorAll(".tick").forEach((tick) => {
      const text = tick.textContent.toLocaleLowerCase();
      tick.hidden = !words.every((word) => text.includes(word));
    });
  });
  box.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
});

// What is ticked, in words: in a list that may be closed, and as the name that the server gives what has none.
function said(form, name) {
  const names = [...form.querySelectorAll(`[name="${name}"]:checked`)].map((tick) => tick.dataset.said);
  if (names.length > 3) names.splice(2, names.length, "…");
  return new Intl.ListFormat(document.documentElement.lang).format(names);
}
each("[data-ticked]", (words) => {
  const form = words.closest("form");
  const show = () => { words.textContent = said(form, words.dataset.ticked); };
  form.addEventListener("change", show);
  show(); // now, so that nothing moves under the pointer when a field is left by pressing a button
});
each("[data-suggest]", (input) => {
  const suggest = () => { input.placeholder = said(input.form, input.dataset.suggest); };
  input.form.addEventListener("change", suggest);
  suggest();
});

// The login that the server makes of a person's name: data-login names the field of the name.
each("[data-login]", (input) => {
  const name = document.getElementById(input.dataset.login);
  name.addEventListener("input", () => {
    const words = name.value.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().match(/[\p{L}\p{N}]+/gu);
    input.placeholder = (words ?? []).join(".");
  });
});

// Enter in a part of a form that has a button of its own: data-enter names the button.
each("[data-enter]", (input) => input.addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return;
  event.preventDefault();
  document.getElementById(input.dataset.enter).click();
}));

// Faults of a form are announced and reached first.
document.querySelector("[data-focus]")?.focus();
