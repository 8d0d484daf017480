// Puts the page together: language, theme, keys, print.

const remember = (key, value) => {
  try {
    localStorage.setItem(`jingwen-${key}`, value);
  } catch {
    // a browser that keeps nothing for files forgets it, no more
  }
};
const remembered = (key) => {
  try {
    return localStorage.getItem(`jingwen-${key}`);
  } catch {
    return null;
  }
};

const dark = () => document.documentElement.dataset.theme === "dark" || (!document.documentElement.dataset.theme && matchMedia("(prefers-color-scheme: dark)").matches);
const themeButton = () => {
  const label = document.querySelector("#theme span");
  label.dataset.say = dark() ? "Light" : "Dark";
  label.textContent = dark() ? t("Light") : t("Dark");
};
const setTheme = (theme) => {
  if (theme) document.documentElement.dataset.theme = theme;
  themeButton();
};

/** Draws everything in the present language. */
const drawAll = () => {
  speak();
  themeButton();
  const other = document.getElementById("language");
  other.textContent = language === "zh" ? "English" : "中文";
  other.lang = language === "zh" ? "en" : "zh";
  document.title = `jingwen · ${t("report of a run")}`;
  tiles();
  charts();
  choices();
  heads();
  const place = active;
  find();
  move(place, false);
  document.getElementById("bottom").textContent = `jingwen ${run.version} · ${t("made on this computer; the page loads nothing from elsewhere")}`;
  if (dialog.open) drawView();
};

const help = document.getElementById("help");
document.getElementById("language").addEventListener("click", () => {
  language = language === "zh" ? "en" : "zh";
  drawAll();
});
document.getElementById("theme").addEventListener("click", () => {
  setTheme(dark() ? "light" : "dark");
  remember("theme", document.documentElement.dataset.theme);
});
document.getElementById("print").addEventListener("click", () => window.print());
document.getElementById("keys").addEventListener("click", () => help.showModal());

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input:not([type=checkbox]), select, textarea");
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "t") document.getElementById("theme").click();
  else if (event.key === "l") document.getElementById("language").click();
  else if (dialog.open || help.open) return;
  else if (event.key === "/") {
    event.preventDefault();
    document.getElementById("query").focus();
  } else if (event.key === "?") help.showModal();
  else if ((event.key === "j" || event.key === "k") && !body.contains(event.target)) move(active);
});

addEventListener("beforeprint", () => {
  document.body.classList.toggle("one", dialog.open);
  if (!dialog.open) draw(true);
});
addEventListener("afterprint", redraw);

setTheme(remembered("theme"));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", themeButton);
listen();
listenView();
drawAll();
document.documentElement.dataset.ready = "yes";
