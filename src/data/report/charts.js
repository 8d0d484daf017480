// The totals: tiles, and bars drawn as SVG in lists, so that every bar has its name and number beside it.

const FATES = ["cleaned", "removed", "quarantined", "skipped"];
const FATE_SIGNS = ["✓", "−", "!", "×"];
/** Bars of a chart before the rest is asked for. */
const FEW = 8;

const sums = run.sums;
const records = sums.records ?? {};

const tile = (label, value, note) => make("div", { class: "tile" }, make("dt", {}, label), make("dd", {}, make("b", {}, value), note ? make("span", {}, note) : null));

const tiles = () => {
  const read = records.read ?? run.records;
  const duplicates = (sums.duplicate_paragraphs ?? 0) + actsOf("paragraph/repeat", "cuts");
  document.getElementById("tiles").replaceChildren(
    tile(t("Documents"), number(read), t("from {} inputs", number(run.inputs))),
    tile(t("Cleaned"), number(records.out ?? 0), t("{} of them edited", number(sums.edited ?? 0))),
    tile(t("Removed"), number(records.removed ?? 0), percent(records.removed ?? 0, read)),
    tile(t("Quarantined"), number((records.quarantined ?? 0) + (records.skipped ?? 0)), percent((records.quarantined ?? 0) + (records.skipped ?? 0), read)),
    tile(t("Bytes"), bytes(sums.bytes_in ?? 0), t("{} after", bytes(run.after))),
    tile(t("Paragraphs kept"), number(run.kept), t("of {}", number(run.blocks))),
    tile(t("Duplicates"), number(duplicates), t("paragraphs; {} whole documents", number(sums.duplicate_records ?? 0))),
  );
};

/** How often a rule acted, by its id. */
const actsOf = (id, list) => {
  const rule = run.rules.find(([, name]) => name === id);
  const entry = rule && run[list].find(([n]) => n === rule[0]);
  return entry ? entry[1] : 0;
};

/** One bar. The pattern tells it apart where colours do not. */
const bar = (share, kind) => {
  const width = Math.max(share > 0 ? 0.6 : 0, share * 100);
  return make("svg", { class: `bar ${kind}`, viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true", focusable: "false" },
    make("rect", { class: "rail", width: 100, height: 10 }),
    make("rect", { class: "fill", width: width.toFixed(2), height: 10 }));
};

/** A chart: `entries` are {label, value, shown, note, pick}; the longest bar is `most`. */
const chart = (title, kind, entries, explain) => {
  if (entries.length === 0) return null;
  const most = Math.max(...entries.map((e) => e.value));
  const body = make("ul", { class: "bars" });
  const line = (entry) => {
    const label = entry.pick ? make("button", { type: "button", class: "pick", onclick: entry.pick, title: t("show these documents") }, entry.label) : make("span", {}, entry.label);
    return make("li", {}, label, make("b", {}, entry.shown ?? number(entry.value)), bar(most === 0 ? 0 : entry.value / most, kind), entry.note ? make("small", {}, entry.note) : null);
  };
  body.append(...entries.slice(0, FEW).map(line));
  const figure = make("figure", { class: "chart" },
    make("figcaption", {}, make("h3", {}, title), explain ? make("p", {}, explain) : null),
    body);
  if (entries.length > FEW) {
    const more = make("button", { type: "button", class: "more" }, t("{} more", number(entries.length - FEW)));
    more.addEventListener("click", () => {
      body.append(...entries.slice(FEW).map(line));
      more.remove();
    });
    figure.append(more);
  }
  return figure;
};

/** All documents as one bar, cut by how they ended. */
const ended = () => {
  const parts = [records.out ?? 0, records.removed ?? 0, records.quarantined ?? 0, records.skipped ?? 0];
  const whole = parts.reduce((a, b) => a + b, 0);
  if (whole === 0) return null;
  let at = 0;
  const pieces = parts.flatMap((n, fate) => {
    if (n === 0) return [];
    const width = (n * 100) / whole;
    const piece = make("rect", { class: `fate-${fate}`, x: at.toFixed(2), width: Math.max(width - 0.3, 0.4).toFixed(2), height: 10 });
    at += width;
    return [piece];
  });
  const list = parts.flatMap((n, fate) => (n === 0 ? [] : [
    make("li", {}, make("button", { type: "button", class: "pick", onclick: () => pick({ fate: String(fate) }) }, make("span", { class: `sign fate-${fate}`, "aria-hidden": "true" }, FATE_SIGNS[fate]), ` ${t(FATES[fate])}`), make("b", {}, number(n)), make("span", {}, percent(n, whole)))]));
  const svg = make("svg", { class: "stack", viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true", focusable: "false" }, ...pieces);
  return make("figure", { class: "chart" },
    make("figcaption", {}, make("h3", {}, t("Every document is accounted for")), make("p", {}, t("in = cleaned + removed + quarantined"))),
    svg, make("ul", { class: "parts" }, ...list));
};

const charts = () => {
  const family = (id) => id.split("/")[0];
  const by = (list, keep, value, told) => run[list]
    .filter(([n]) => rules.has(n) && keep(rules.get(n)))
    .map((entry) => {
      const rule = rules.get(entry[0]);
      return { label: rule.id, note: sentence(rule), value: value(entry), shown: told(entry), pick: () => pick({ rule: String(rule.number) }) };
    })
    .sort((a, b) => b.value - a.value);
  const charsets = Object.entries(sums.charsets ?? {}).sort((a, b) => b[1] - a[1])
    .map(([name, value]) => ({ label: name, value, pick: () => pick({ charset: name }) }));
  const sizes = [
    { label: t("before"), value: sums.bytes_in ?? 0, shown: bytes(sums.bytes_in ?? 0) },
    { label: t("left out as paragraphs"), value: run.cuts.reduce((sum, c) => sum + c[2], 0), shown: bytes(run.cuts.reduce((sum, c) => sum + c[2], 0)) },
    { label: t("after"), value: run.after, shown: bytes(run.after) },
  ];
  const copied = (rule) => rule.id === "paragraph/repeat" || family(rule.id) === "dump";
  const copies = run.cuts.filter(([n]) => rules.has(n) && copied(rules.get(n)));
  document.getElementById("ended").replaceChildren(...[ended()].filter((figure) => figure !== null));
  document.getElementById("charts").replaceChildren(...[
    chart(t("Bytes before and after"), "plain", sizes, t("what is neither left out nor after is markup, blanks and repairs")),
    chart(t("Charsets"), "charset", charsets, t("documents")),
    chart(t("Repairs"), "edited", by("acts", (r) => !r.routine && family(r.id) !== "markup", (a) => a[1], (a) => t("{} in {}", number(a[1]), number(a[2]))), t("places, and in how many documents")),
    chart(t("Left out, by rule"), "removed", by("cuts", (r) => !copied(r), (c) => c[1], (c) => `${number(c[1])} · ${bytes(c[2])}`), t("paragraphs and bytes")),
    chart(t("Duplicates"), "copied", copies.map((c) => ({ label: rules.get(c[0]).id, note: sentence(rules.get(c[0])), value: c[1], shown: `${number(c[1])} · ${bytes(c[2])}`, pick: () => pick({ rule: String(c[0]) }) })), t("paragraphs and bytes")),
    chart(t("Markup"), "plain", by("acts", (r) => r.routine, (a) => a[1], (a) => t("{} in {}", number(a[1]), number(a[2]))), t("routine: tags, references and charsets becoming text")),
  ].filter((figure) => figure !== null));
};
