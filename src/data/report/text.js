// What the page knows, in which language it says it, and how it shows text that others have written.
"use strict";

/** The data block called `id`, or null. */
const read = (id) => {
  const block = document.getElementById(id);
  return block === null ? null : JSON.parse(block.textContent);
};

const run = read("run");

/** Rules by number. */
const rules = new Map(run.rules.map(([number, id, en, zh, routine]) => [number, { number, id, en, zh, routine }]));
/** A row is a list; these are its places. */
const NAME = 0, TITLE = 1, FATE = 2, CHARSET = 3, BYTES_IN = 4, BYTES_OUT = 5, BLOCKS = 6, KEPT = 7, ACTS = 8, CUTS = 9, WHY = 10;
const rows = [...document.querySelectorAll("script.rows")].flatMap((block) => JSON.parse(block.textContent));
/** Rows that can be seen before and after. */
const views = new Set(run.views);

const chinese = new Map(run.words);
let language = run.lang;

/** A phrase in the language of the reader; each `{}` becomes the next of `values`. */
const t = (english, ...values) => {
  const phrase = language === "zh" ? chinese.get(english) ?? english : english;
  let next = 0;
  return phrase.replace(/\{\}/g, () => values[next++] ?? "");
};

/** What a rule says. */
const sentence = (rule) => (language === "zh" ? rule.zh : rule.en);
const number = (n) => n.toLocaleString(language === "zh" ? "zh-CN" : "en");
const bytes = (n) => {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let unit = 0;
  let amount = n;
  while (amount >= 999.5 && unit < units.length - 1) {
    amount /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || amount >= 100 ? 0 : 1;
  return `${amount.toLocaleString(language === "zh" ? "zh-CN" : "en", { maximumFractionDigits: digits })} ${units[unit]}`;
};
const percent = (part, whole) => (whole === 0 ? "0 %" : `${number(Math.round((part * 1000) / whole) / 10)} %`);

/** An element with attributes and children; strings become text, never markup. */
const make = (name, attributes = {}, ...children) => {
  const svg = ["svg", "rect", "path", "pattern", "defs", "line", "title"].includes(name);
  const element = svg ? document.createElementNS("http\u003a//www.w3.org/2000/svg", name) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
};

/** Characters that leave no ink or turn the direction of others: shown by their number. Line ends and tabs are not among them. */
const hidden = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Cn}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;
const hiddenAll = new RegExp(hidden.source, "gu");

/** Text that others have written, as nodes: itself, and what cannot be seen as U+XXXX. */
const shown = (text) => {
  const nodes = document.createDocumentFragment();
  if (!hidden.test(text)) {
    nodes.append(text);
    return nodes;
  }
  let from = 0;
  for (const match of text.matchAll(hiddenAll)) {
    if (match[0] === "\n" || match[0] === "\t") continue;
    if (match.index > from) nodes.append(text.slice(from, match.index));
    const code = `U+${match[0].codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
    nodes.append(make("span", { class: "code" }, code));
    from = match.index + match[0].length;
  }
  nodes.append(text.slice(from));
  return nodes;
};

/** A name that others have given: its direction stays its own. */
const named = (text) => make("bdi", {}, shown(text));

/** Says everything that has a phrase again, after the language changed. */
const speak = () => {
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  for (const element of document.querySelectorAll("[data-say]")) element.textContent = t(element.dataset.say);
  for (const element of document.querySelectorAll("[data-label]")) element.setAttribute("aria-label", t(element.dataset.label));
};
