// Reads feeds as JSON from standard input and writes what ical.js makes of each: {id: {error} | {occurrences}}.
// Usage: node icaljs_occurrences.mjs PATH_OF_ICAL_JS < [{id, text, start, end}]   (start, end: YYYYMMDD, in UTC;
// without start a feed is only loaded)
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const ICAL = (await import(pathToFileURL(process.argv[2]).href)).default;
const MOST_STEPS = 200000;

function stamp(time) {
  if (time.isDate) return time.toString().replaceAll("-", "");
  return time.toJSDate().toISOString().replace(/[-:]/g, "").replace(/\.\d+/, "");
}

function registerZones(calendar) {
  ICAL.TimezoneService.reset();
  for (const zone of calendar.getAllSubcomponents("vtimezone")) {
    ICAL.TimezoneService.register(new ICAL.Timezone(zone));
  }
}

function* shown(calendar, start, end) {
  const events = calendar.getAllSubcomponents("vevent").map((component) => new ICAL.Event(component));
  const masters = events.filter((event) => !event.isRecurrenceException());
  for (const master of masters) {
    for (const event of events) {
      if (event.isRecurrenceException() && event.uid === master.uid) master.relateException(event);
    }
    if (!master.isRecurring()) {
      yield [master.startDate, master.endDate, master.summary];
      continue;
    }
    const dates = master.iterator();
    for (let steps = 0, next; steps < MOST_STEPS && (next = dates.next()); steps++) {
      if (stamp(next).slice(0, 8) > end) break;
      const details = master.getOccurrenceDetails(next);
      yield [details.startDate, details.endDate, details.item.summary];
    }
  }
}

function read({ text, start, end }) {
  const calendar = new ICAL.Component(ICAL.parse(text));
  registerZones(calendar);
  const occurrences = [];
  if (!start) return { occurrences };
  for (const [from, to, summary] of shown(calendar, start, end)) {
    const day = stamp(from).slice(0, 8);
    if (day >= start && day <= end) occurrences.push({ start: stamp(from), end: stamp(to), summary });
  }
  return { occurrences };
}

const answers = {};
for (const feed of JSON.parse(readFileSync(0, "utf8"))) {
  try {
    answers[feed.id] = read(feed);
  } catch (error) {
    answers[feed.id] = { error: String(error) };
  }
}
process.stdout.write(JSON.stringify(answers));
