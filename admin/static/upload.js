// Sends a form with a file and shows how far it is: first how much is sent, then how much is read.
// Without it the browser sends the form itself, and shows the same page when everything is done.
"use strict";

(() => {
  const NDJSON = "application/x-ndjson";

  // A file that is too large is not sent at all.
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-max]")) check(event.target);
  });

  function check(input) {
    const isTooLarge = [...input.files].some((file) => file.size > Number(input.dataset.max));
    const fault = input.closest("form").querySelector("[data-file-fault]");
    fault.textContent = isTooLarge ? input.dataset.tooLarge : "";
    fault.hidden = !isTooLarge;
    return !isTooLarge;
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("[data-upload]")) return;
    event.preventDefault();
    const input = form.querySelector("[type=file]");
    if (!check(input)) {
      input.focus();
      return;
    }
    if (form.dataset.upload !== "busy") send(form);
  });

  function send(form) {
    const show = bar(form);
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("Accept", NDJSON);
    request.upload.onprogress = (event) => show("sending", event.loaded, event.total);
    request.upload.onload = () => show("reading");
    request.onprogress = () => {
      const last = lines(request).filter((line) => "known" in line).pop();
      if (last?.known) show("reading", last.done, last.known);
    };
    request.onload = () => finish(form, request);
    request.onerror = () => {
      busy(form, false);
      show("failed");
    };
    busy(form, true);
    request.send(new FormData(form));
  }

  function bar(form) {
    const box = form.querySelector("[data-progress]");
    const label = box.querySelector("label");
    const progress = box.querySelector("progress");
    const count = box.querySelector("[data-count-done]");
    return (phase, done, known) => {
      box.hidden = false;
      if (label.textContent !== label.dataset[phase]) label.textContent = label.dataset[phase];
      progress.hidden = phase === "failed";
      if (known) progress.value = done / known;
      else progress.removeAttribute("value");
      const words = label.dataset.done.replace("{done}", done?.toLocaleString()).replace("{known}", known?.toLocaleString());
      count.textContent = phase === "reading" && known ? words : "";
    };
  }

  function busy(form, isBusy) {
    form.dataset.upload = isBusy ? "busy" : "";
    form.querySelectorAll("button").forEach((button) => { button.disabled = isBusy; });
  }

  // Every whole line that has come; the last one may still be on its way.
  function lines(request) {
    if (!request.getResponseHeader("Content-Type")?.startsWith(NDJSON)) return [];
    return request.responseText.split("\n").slice(0, -1).map((line) => JSON.parse(line));
  }

  function finish(form, request) {
    if (request.responseURL && request.responseURL !== form.action) {
      location.assign(request.responseURL); // sent elsewhere, as to the login
      return;
    }
    const page = lines(request).pop()?.page ?? request.responseText;
    const made = new DOMParser().parseFromString(page, "text/html");
    const main = made.getElementById("main");
    if (!main) {
      request.onerror();
      return;
    }
    document.title = made.title;
    document.getElementById("main").replaceChildren(...main.childNodes);
    scrollTo(0, 0);
    (document.querySelector("[data-focus]") ?? document.getElementById("main")).focus();
  }
})();
