// An appointment that is moved keeps its length: its end goes along with its start, until the end is set by hand.
"use strict";

(() => {
  const field = (name) => document.getElementById(`f-${name}`);
  const [startDay, startTime, endDay, endTime] = ["start_day", "start_time", "end_day", "end_time"].map(field);
  if (!startDay) return;

  // As UTC, in which no hour is skipped; NaN while a field is empty.
  const moment = (day, time) => Date.parse(`${day.value}T${time.value || "00:00"}Z`);
  let start = moment(startDay, startTime);
  let length = moment(endDay, endTime) - start;

  function follow() {
    const moved = moment(startDay, startTime);
    if (Number.isNaN(moved)) return;
    if (length >= 0) {
      const end = new Date(moved + length).toISOString();
      endDay.value = end.slice(0, 10);
      if (endTime.value) endTime.value = end.slice(11, 16);
    }
    start = moved;
  }

  function measure() {
    const found = moment(endDay, endTime) - start;
    if (!Number.isNaN(found)) length = found;
  }

  [startDay, startTime].forEach((input) => input.addEventListener("change", follow));
  [endDay, endTime].forEach((input) => input.addEventListener("change", measure));
})();
