// One document before and after: paragraphs side by side, changes marked in them, rules named where one points.

/** Paragraphs that stay and stand in a row of at least so many are folded. */
const FOLD = 4;
/** Pairs drawn at once. */
const BATCH = 200;

const dialog = document.getElementById("view");
const sides = document.getElementById("sides");
const tip = document.getElementById("tip");
let viewed = null;
let whole = false;

/** Parts of a view as pairs of paragraphs: {before, after, rules, changed}, the sides being lists of [text, rules or null, pair]. */
const pairs = (parts) => {
  const list = [];
  let pair = { before: [], after: [], rules: new Set(), changed: false };
  const blank = (side) => side.every(([text]) => text.trim() === "");
  const end = () => {
    if (pair.changed || !blank(pair.before)) list.push(pair);
    pair = { before: [], after: [], rules: new Set(), changed: false };
  };
  const ends = (side) => side.length === 0 || side.at(-1)[0].endsWith("\n");
  let change = 0;
  for (const part of parts) {
    if (typeof part === "string") {
      for (const text of part.split(/(?<=\n)/)) {
        pair.before.push([text, null, 0]);
        pair.after.push([text, null, 0]);
        if (text.endsWith("\n")) end();
      }
      continue;
    }
    const [was, now, by] = part;
    change += 1;
    if (was !== "") pair.before.push([was, by, change]);
    if (now !== "") pair.after.push([now, by, change]);
    // white space that only sets the text is no change to look at
    if ((was + now).trim() !== "" || by.length > 0) pair.changed = true;
    for (const rule of by) pair.rules.add(rule);
    if (ends(pair.before) && ends(pair.after)) end();
  }
  end();
  return list;
};

/** The text of one side. */
const side = (fragments, kind, gone) => {
  const paragraph = make("div", { class: `text ${kind}`, dir: "auto" });
  for (const [text, by, change] of fragments) {
    const end = text.replace(/\n+$/, "");
    if (by === null) {
      paragraph.append(shown(end));
      continue;
    }
    if (end === "" && by.length === 0) continue;
    const marked = make(kind === "was" ? "del" : "ins", { tabindex: gone ? null : 0, "data-rules": by.join(","), "data-change": change }, shown(end === "" ? "↵" : end));
    paragraph.append(marked);
  }
  return paragraph;
};

/** Names of the rules of a pair, with their sentences. */
const reasons = (numbers, taken) => make("p", { class: "why" },
  taken ? make("b", {}, `− ${t("left out")}`) : null,
  ...[...numbers].filter((n) => rules.has(n)).flatMap((n) => [make("code", { tabindex: 0, "data-rules": n }, rules.get(n).id), taken ? make("span", {}, sentence(rules.get(n))) : null]));

const drawPair = (pair) => {
  const empty = (fragments) => fragments.every(([text]) => text.trim() === "");
  const taken = pair.changed && empty(pair.after);
  const kind = !pair.changed ? "same" : taken ? "taken" : "edited";
  const row = make("div", { class: `pair ${kind}` }, side(pair.before, "was", taken));
  if (taken) row.append(make("div", { class: "text gone" }, pair.rules.size > 0 ? reasons(pair.rules, true) : null));
  else {
    const after = side(pair.after, "now", false);
    row.append(pair.changed && pair.rules.size > 0 ? make("div", { class: "text-and-why" }, after, reasons(pair.rules, false)) : after);
  }
  if (taken) row.setAttribute("tabindex", "0");
  return row;
};

/** Draws pairs from `from` on, a batch at a time; stretches that stay are folded unless all is wanted. */
const drawPairs = (list, from) => {
  let n = from;
  let drawn = 0;
  while (n < list.length && drawn < BATCH) {
    let same = n;
    while (same < list.length && !list[same].changed) same += 1;
    if (!whole && same - n >= FOLD) {
      // one before and one after a change stay to be seen
      const lead = n > 0 ? 1 : 0;
      const tail = same < list.length ? 1 : 0;
      for (let i = 0; i < lead; i += 1) sides.append(drawPair(list[n + i]));
      const inner = list.slice(n + lead, same - tail);
      const fold = make("button", { type: "button", class: "fold" }, t("{} paragraphs without a change", number(inner.length)));
      fold.addEventListener("click", () => fold.replaceWith(...inner.map(drawPair)));
      sides.append(fold);
      if (tail) sides.append(drawPair(list[same - 1]));
      n = same;
      drawn += 3;
      continue;
    }
    sides.append(drawPair(list[n]));
    n += 1;
    drawn += 1;
  }
  if (n < list.length) {
    const more = make("button", { type: "button", class: "fold" }, t("{} more paragraphs", number(list.length - n)));
    const draw = () => {
      watcher.disconnect();
      more.remove();
      drawPairs(list, n);
    };
    const watcher = new IntersectionObserver((seen) => seen.some((entry) => entry.isIntersecting) && draw(), { root: sides, rootMargin: "400px" });
    more.addEventListener("click", draw);
    sides.append(more);
    watcher.observe(more);
  }
};

/** The facts of a row, for the head of its view. */
const facts = (row) => {
  const acts = [...row[ACTS].filter(([n]) => rules.has(n) && !rules.get(n).routine), ...row[CUTS].map(([n, blocks]) => [n, blocks])];
  return [
    make("span", { class: `fate fate-${row[FATE]}` }, make("span", { class: "sign", "aria-hidden": "true" }, FATE_SIGNS[row[FATE]]), ` ${t(FATES[row[FATE]])}`),
    ...(row[CHARSET] ? [make("span", {}, named(row[CHARSET]))] : []),
    make("span", {}, `${bytes(row[BYTES_IN])} → ${bytes(row[BYTES_OUT])}`),
    ...(row[BLOCKS] > 0 ? [make("span", {}, t("{} of {} paragraphs kept", number(row[KEPT]), number(row[BLOCKS])))] : []),
    ...acts.map(([n, times]) => make("span", {}, make("code", { tabindex: 0, "data-rules": n }, rules.get(n)?.id ?? ""), ` × ${number(times)}`)),
    ...(row[WHY] ? [make("span", {}, named(row[WHY]))] : []),
  ];
};

const legend = () => document.getElementById("legend").replaceChildren(
  make("li", {}, make("del", {}, t("text")), ` ${t("was here before")}`),
  make("li", {}, make("ins", {}, t("text")), ` ${t("is here now")}`),
  make("li", {}, make("span", { class: "code" }, "U+200B"), ` ${t("a character that cannot be seen")}`),
  make("li", {}, t("Point at a change, or go to it with the tab key: its rule is told.")));

/** Draws the open view. */
const drawView = () => {
  const row = rows[viewed];
  document.getElementById("view-title").replaceChildren(named(row[TITLE] && row[FATE] === 0 ? row[TITLE] : row[NAME]));
  document.getElementById("view-facts").replaceChildren(...(row[TITLE] && row[FATE] === 0 ? [make("span", {}, named(row[NAME]))] : []), ...facts(row));
  document.getElementById("whole").setAttribute("aria-pressed", String(whole));
  legend();
  sides.replaceChildren();
  sides.scrollTop = 0;
  const view = views.has(viewed) ? read(`view-${viewed}`) : null;
  if (view === null) {
    sides.append(make("p", { class: "notice" }, t(row[FATE] > 1 ? "It cannot be read, so there is nothing to show." : "Counts alone are kept of this document: a report of a large run shows a sample before and after.")));
    return;
  }
  const [more, ...parts] = view;
  const list = pairs(parts);
  if (list.length === 0) sides.append(make("p", { class: "notice" }, t("There is no text in it.")));
  if (!list.some((pair) => pair.changed) && list.length > 0) sides.append(make("p", { class: "notice" }, t("Nothing was changed in it.")));
  drawPairs(list, 0);
  if (more > 0) sides.append(make("p", { class: "notice" }, t("The rest of it, {}, is not in the report.", bytes(more))));
};

/** Opens the view of a row. */
const open = (n) => {
  viewed = n;
  drawView();
  if (!dialog.open) dialog.showModal();
  sides.focus({ preventScroll: true });
};

/** Goes to another document of those that were found; with `shown` over those that cannot be seen. */
const step = (by) => {
  for (let place = active + by; place >= 0 && place < found.length; place += by) {
    if (views.has(found[place])) {
      move(place, false);
      open(found[place]);
      return;
    }
  }
};

/** Goes to the next change, or the one before. */
const change = (by) => {
  const stops = [...sides.querySelectorAll(".pair.taken, .pair.edited")];
  const now = stops.indexOf(document.activeElement.closest?.(".pair"));
  const next = stops[now === -1 ? (by > 0 ? 0 : stops.length - 1) : now + by];
  if (!next) return;
  (next.matches("[tabindex]") ? next : next.querySelector("[tabindex]"))?.focus();
  next.scrollIntoView({ block: "center" });
};

/** Tells the rules of what one points at. */
const tell = (element) => {
  for (const lit of document.querySelectorAll(".lit")) lit.classList.remove("lit");
  document.querySelector("[aria-describedby=tip]")?.removeAttribute("aria-describedby");
  if (element === null) {
    tip.hidden = true;
    return;
  }
  const numbers = element.dataset.rules.split(",").filter((n) => n !== "").map(Number);
  tip.replaceChildren(...numbers.filter((n) => rules.has(n)).map((n) => make("p", {}, make("code", {}, rules.get(n).id), ` ${sentence(rules.get(n))}`)));
  if (numbers.length === 0) tip.append(t("white space, or a title put first"));
  if (element.dataset.change) for (const lit of sides.querySelectorAll(`[data-change="${element.dataset.change}"]`)) lit.classList.add("lit");
  element.setAttribute("aria-describedby", "tip");
  // above all else: inside the dialog, when one is open
  (element.closest("dialog") ?? document.body).append(tip);
  tip.hidden = false;
  const at = element.getBoundingClientRect();
  const left = Math.max(8, Math.min(at.left, innerWidth - tip.offsetWidth - 8));
  const below = at.bottom + 8 + tip.offsetHeight < innerHeight;
  tip.style.left = `${left}px`;
  tip.style.top = `${below ? at.bottom + 6 : Math.max(8, at.top - tip.offsetHeight - 6)}px`;
};

const listenView = () => {
  document.getElementById("previous").addEventListener("click", () => step(-1));
  document.getElementById("next").addEventListener("click", () => step(1));
  document.getElementById("close").addEventListener("click", () => dialog.close());
  document.getElementById("whole").addEventListener("click", () => {
    whole = !whole;
    drawView();
    sides.focus({ preventScroll: true });
  });
  dialog.addEventListener("close", () => {
    tell(null);
    // Told a moment later: whoever has gone on to the search by then stays there.
    const { activeElement } = document;
    move(active, activeElement === document.body || body.contains(activeElement) || dialog.contains(activeElement));
  });
  // a click beside the dialog closes it
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  for (const [begin, end] of [["pointerover", "pointerout"], ["focusin", "focusout"]]) {
    document.addEventListener(begin, (event) => {
      const element = event.target.closest?.("[data-rules]");
      if (element) tell(element);
    });
    document.addEventListener(end, (event) => event.target.closest?.("[data-rules]") && tell(null));
  }
  sides.addEventListener("scroll", () => tell(null), { passive: true });
  document.addEventListener("keydown", (event) => {
    if (!dialog.open || event.ctrlKey || event.metaKey || event.altKey) return;
    const act = { n: () => step(1), p: () => step(-1), c: () => change(1), C: () => change(-1), a: () => document.getElementById("whole").click() }[event.key];
    if (act) {
      event.preventDefault();
      act();
    }
  });
};
