// The table of documents: found, sorted, and drawn only as far as it can be seen.

/** Height of a row in CSS pixels; the style sheet has the same. */
const ROW = 46;
/** Rows drawn above and below what can be seen. */
const MARGIN = 12;
/** Rows that are printed. */
const PRINTED = 1000;

const edits = (row) => row[ACTS].reduce((sum, [rule, times]) => sum + (rules.get(rule)?.routine ? 0 : times), 0);

/** Columns: what they show and how they sort. */
const COLUMNS = [
  { key: "name", label: "Document", of: (row) => row[NAME], text: true },
  { key: "fate", label: "Outcome", of: (row) => row[FATE] },
  { key: "charset", label: "Charset", of: (row) => row[CHARSET], text: true },
  { key: "in", label: "Before", of: (row) => row[BYTES_IN], count: true },
  { key: "out", label: "After", of: (row) => row[BYTES_OUT], count: true },
  { key: "left", label: "Left out", of: (row) => row[BLOCKS] - row[KEPT], count: true },
  { key: "edits", label: "Edits", of: edits, count: true },
];

const wanted = { query: "", fate: "", rule: "", charset: "", shown: false };
const order = { column: null, down: false };
/** Numbers of the rows that were found, in their order. */
let found = rows.map((_, n) => n);
/** The place in `found` of the row that has the focus. */
let active = 0;

const scroll = document.getElementById("scroll");
const body = document.getElementById("rows");

/** What a search looks at, made when a row is first searched. */
const haystacks = [];
const haystack = (n) => {
  const row = rows[n];
  haystacks[n] ??= [row[NAME], row[TITLE], row[CHARSET], row[WHY], ...[...row[ACTS], ...row[CUTS]].map(([rule]) => rules.get(rule)?.id)].join("\n").toLowerCase();
  return haystacks[n];
};

const find = () => {
  const words = wanted.query.toLowerCase().split(/\s+/).filter((word) => word !== "");
  const rule = wanted.rule === "" ? null : Number(wanted.rule);
  found = [];
  for (let n = 0; n < rows.length; n += 1) {
    const row = rows[n];
    if (wanted.fate !== "" && row[FATE] !== Number(wanted.fate)) continue;
    if (wanted.charset !== "" && row[CHARSET] !== wanted.charset) continue;
    if (wanted.shown && !views.has(n)) continue;
    if (rule !== null && !row[ACTS].some(([r]) => r === rule) && !row[CUTS].some(([r]) => r === rule)) continue;
    if (words.length > 0 && !words.every((word) => haystack(n).includes(word))) continue;
    found.push(n);
  }
  if (order.column !== null) {
    const { of, text } = order.column;
    const keys = new Map(found.map((n) => [n, of(rows[n])]));
    const collator = new Intl.Collator(undefined, { numeric: true });
    const compare = text ? (a, b) => collator.compare(keys.get(a), keys.get(b)) : (a, b) => keys.get(a) - keys.get(b);
    found.sort((a, b) => (order.down ? compare(b, a) : compare(a, b)) || a - b);
  }
  active = 0;
  scroll.scrollTop = 0;
  const rare = run.step > 1 ? ` ${t("Of {} documents one in {} has a row.", number(run.records), number(run.step))}` : "";
  document.getElementById("found").textContent = t("{} of {} documents; {} can be seen before and after.", number(found.length), number(rows.length), number(views.size)) + rare;
  document.getElementById("table").setAttribute("aria-rowcount", found.length + 1);
  redraw();
};

const cells = (row, n) => COLUMNS.map((column) => {
  switch (column.key) {
    case "name": {
      const second = row[WHY] || row[TITLE];
      return make("td", { class: "name" }, make("span", { class: "line" }, views.has(n) ? make("span", { class: "eye", title: t("can be seen before and after") }, "◧") : null, named(row[NAME])), second ? make("span", { class: "line second" }, named(second)) : null);
    }
    case "fate":
      return make("td", {}, make("span", { class: `fate fate-${row[FATE]}` }, make("span", { class: "sign", "aria-hidden": "true" }, FATE_SIGNS[row[FATE]]), ` ${t(FATES[row[FATE]])}`));
    case "charset":
      return make("td", {}, named(row[CHARSET]));
    case "in":
    case "out":
      return make("td", { class: "count" }, bytes(column.of(row)));
    case "left":
      return make("td", { class: "count" }, row[BLOCKS] > 0 ? t("{} of {}", number(row[BLOCKS] - row[KEPT]), number(row[BLOCKS])) : "");
    default:
      return make("td", { class: "count" }, number(column.of(row)));
  }
});

const line = (place) => {
  const n = found[place];
  return make("tr", { "data-place": place, "aria-rowindex": place + 2, tabindex: place === active ? 0 : -1, class: place === active ? "active" : null }, ...cells(rows[n], n));
};

const spacer = (height) => {
  const cell = make("td", { colspan: COLUMNS.length });
  cell.style.height = `${height}px`;
  return make("tr", { class: "spacer", "aria-hidden": "true" }, cell);
};

let drawn = "";
/** Draws the rows that can be seen. */
const draw = (all = false) => {
  const first = all ? 0 : Math.max(0, Math.floor(scroll.scrollTop / ROW) - MARGIN);
  const last = Math.min(found.length, all ? PRINTED : Math.ceil((scroll.scrollTop + scroll.clientHeight) / ROW) + MARGIN);
  const state = `${first} ${last} ${active} ${found.length} ${language}`;
  if (state === drawn && !all) return;
  drawn = all ? "" : state;
  const focused = body.contains(document.activeElement);
  const list = [];
  for (let place = first; place < last; place += 1) list.push(line(place));
  body.replaceChildren(...(first > 0 ? [spacer(first * ROW)] : []), ...list, ...(last < found.length && !all ? [spacer((found.length - last) * ROW)] : []));
  if (found.length === 0) body.append(make("tr", {}, make("td", { colspan: COLUMNS.length, class: "none" }, t("no document is like this"))));
  if (focused) body.querySelector("tr.active")?.focus({ preventScroll: true });
};
const redraw = () => {
  drawn = "";
  draw();
};

/** Moves the focus to a place in the table. */
const move = (place, focus = true) => {
  if (found.length === 0) return;
  active = Math.max(0, Math.min(found.length - 1, place));
  const head = document.getElementById("columns").offsetHeight;
  const top = active * ROW;
  if (top < scroll.scrollTop) scroll.scrollTop = top;
  else if (top + ROW > scroll.scrollTop + scroll.clientHeight - head) scroll.scrollTop = top + ROW + head - scroll.clientHeight;
  redraw();
  if (focus) body.querySelector("tr.active")?.focus({ preventScroll: true });
};

const heads = () => {
  document.getElementById("columns").replaceChildren(...COLUMNS.map((column) => {
    const sorted = order.column === column;
    const sign = sorted ? (order.down ? "▼" : "▲") : "";
    const button = make("button", { type: "button" }, t(column.label), make("span", { class: "sign", "aria-hidden": "true" }, sign));
    button.addEventListener("click", () => {
      // numbers are looked at from the largest, names from the first
      const down = sorted ? !order.down : Boolean(column.count);
      Object.assign(order, { column, down });
      heads();
      find();
      document.querySelector(`#columns [data-key="${column.key}"] button`)?.focus();
    });
    return make("th", { scope: "col", "data-key": column.key, class: column.count ? "count" : null, "aria-sort": sorted ? (order.down ? "descending" : "ascending") : "none" }, button);
  }));
};

const option = (value, label) => make("option", { value }, label);
const choices = () => {
  const fill = (id, list) => {
    const select = document.getElementById(id);
    select.replaceChildren(option("", t("all")), ...list);
    select.value = wanted[id];
  };
  fill("fate", FATES.map((fate, n) => option(String(n), t(fate))).filter((_, n) => rows.some((row) => row[FATE] === n)));
  fill("rule", [...rules.values()].sort((a, b) => (a.id < b.id ? -1 : 1)).map((rule) => option(String(rule.number), `${rule.id}`)));
  fill("charset", [...new Set(rows.map((row) => row[CHARSET]))].filter((name) => name !== "").sort().map((name) => option(name, name)));
};

/** Shows the documents of a bar, and nothing else. */
const pick = (what) => {
  Object.assign(wanted, { query: "", fate: "", rule: "", charset: "", shown: false }, what);
  document.getElementById("query").value = wanted.query;
  document.getElementById("shown").checked = wanted.shown;
  for (const id of ["fate", "rule", "charset"]) document.getElementById(id).value = wanted[id];
  find();
  document.getElementById("documents").scrollIntoView({ block: "start" });
  document.getElementById("documents").focus({ preventScroll: true });
};

const listen = () => {
  const query = document.getElementById("query");
  let waiting = 0;
  query.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      wanted.query = query.value;
      find();
    }, 80);
  });
  query.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "Enter") {
      event.preventDefault();
      clearTimeout(waiting);
      if (wanted.query !== query.value) {
        wanted.query = query.value;
        find();
      }
      move(0);
    }
  });
  for (const id of ["fate", "rule", "charset"]) {
    document.getElementById(id).addEventListener("change", (event) => {
      wanted[id] = event.target.value;
      find();
    });
  }
  document.getElementById("shown").addEventListener("change", (event) => {
    wanted.shown = event.target.checked;
    find();
  });
  document.getElementById("clear").addEventListener("click", () => pick({}));
  document.querySelector(".filters").addEventListener("submit", (event) => event.preventDefault());
  scroll.addEventListener("scroll", () => draw(), { passive: true });
  addEventListener("resize", redraw);
  body.addEventListener("click", (event) => {
    const row = event.target.closest("tr[data-place]");
    if (row === null) return;
    move(Number(row.dataset.place));
    open(found[active]);
  });
  body.addEventListener("keydown", (event) => {
    const page = Math.max(1, Math.floor(scroll.clientHeight / ROW) - 2);
    const to = { ArrowDown: active + 1, ArrowUp: active - 1, j: active + 1, k: active - 1, PageDown: active + page, PageUp: active - page, Home: 0, End: found.length - 1 }[event.key];
    if (to !== undefined && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      move(to);
    } else if ((event.key === "Enter" || event.key === " ") && found.length > 0) {
      event.preventDefault();
      open(found[active]);
    }
  });
};
