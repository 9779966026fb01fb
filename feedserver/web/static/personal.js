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
    await copyFrom(document.getElementById(button.dataset.copy));
    button.firstChild.textContent = button.dataset.copied;
    setTimeout(() => { button.firstChild.textContent = words; }, 2000);
  });
});
async function copyFrom(box) {
  try {
    await navigator.clipboard.writeText(box.value);
  } catch {
    box.select(); // over plain http there is no clipboard API
    document.execCommand("copy");
  }
}
each("[data-select]", (input) => input.addEventListener("focus", () => input.select()));

// A form that is on its way is not sent a second time by an impatient click.
each("form[method=post]", (form) => {
  let isSent = false;
  form.addEventListener("submit", (event) => {
    if (isSent) event.preventDefault();
    isSent = true;
    setTimeout(() => { isSent = false; }, 5000);
  });
});

// Nothing is left on the screen after a logout (A19).
window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

document.querySelector("[data-focus]")?.focus();
