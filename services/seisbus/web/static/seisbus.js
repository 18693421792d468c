// What the pages need beyond HTML: parts that change, pictures, and two small comforts. No other library but Bokeh.
"use strict";

// -- parts that change, as the server sends them (escaped there)

function swap(parts) {
  for (const [name, html] of Object.entries(parts)) {
    const place = document.getElementById(name);
    if (!place || place.dataset.shown === html) continue;
    const active = document.activeElement;
    const focused = place.contains(active) ? active.id : "";
    if (active && active.tagName === "SELECT" && place.contains(active)) continue; // a list that is open stays
    place.innerHTML = html;
    place.dataset.shown = html;
    place.classList.toggle("empty", html.trim() === "");
    if (focused) document.getElementById(focused)?.focus();
  }
}

function follow(place) {
  let source = null;
  const open = () => {
    source = new EventSource(place.dataset.live);
    source.onmessage = (event) => {
      const news = JSON.parse(event.data);
      swap(news.parts || {});
      if (news.grown) figures.forEach((figure) => figure.grown());
      if (news.closed) figures.forEach((figure) => figure.last());
    };
    source.addEventListener("end", () => { source.close(); source = null; place.dataset.over = "1"; });
    source.onerror = () => {
      const place = document.getElementById("problem");
      if (place && source && source.readyState !== EventSource.OPEN) {
        place.textContent = "";
        const note = document.createElement("div");
        note.className = "notice warn";
        note.textContent = "The page's server does not answer; this page tries again.";
        place.append(note);
        delete place.dataset.shown;
      }
      if (source && source.readyState === EventSource.CLOSED) {
        source = null;
        setTimeout(() => { if (!source && !document.hidden) open(); }, 3000);
      }
    };
  };
  open();
  // a browser opens few connections to one host: a page that nobody sees needs none
  document.addEventListener("visibilitychange", () => {
    if (document.hidden && source) { source.close(); source = null; }
    else if (!document.hidden && !source && !place.dataset.over) open();
  });
}

// -- pictures

// it comes after this script, and may come after a first answer
const library = document.getElementById("bokeh");
const bokeh = new Promise((found, lost) => {
  if (!library || window.Bokeh) { found(); return; }
  library.addEventListener("load", found);
  library.addEventListener("error", () => lost(new Error("The script that draws could not be loaded; load the page again.")));
});
bokeh.catch(() => {}); // whoever needs it says so

const coarse = window.matchMedia("(pointer: coarse)").matches;

function rangesOf(model) {
  const plots = model.children ? model.children.map((child) => (Array.isArray(child) ? child[0] : child)) : [model];
  return plots.filter((plot) => plot.x_range).flatMap((plot) => [plot.x_range, plot.y_range]);
}

function narrow(model) {
  for (const plot of model.children ? model.children.map((child) => (Array.isArray(child) ? child[0] : child)) : [model]) {
    for (const drawn of plot.renderers || []) if (drawn.glyph && drawn.glyph.type === "Text") drawn.visible = false;
    for (const axis of plot.below || []) if (typeof axis.ticker === "object") axis.ticker.desired_num_ticks = 3;
  }
}

class Figure {
  constructor(element) {
    this.element = element;
    this.address = element.dataset.figure;
    this.picture = element.querySelector(".picture");
    this.caption = element.querySelector("figcaption");
    this.running = false;
    this.wanted = false;
    this.pause = 0;
    this.model = null;
    this.home = [];
    this.seen = false;
    new IntersectionObserver((entries, watcher) => {
      if (entries.some((entry) => entry.isIntersecting)) {
        watcher.disconnect();
        this.seen = true;
        this.load();
      }
    }, { rootMargin: "300px" }).observe(element);
  }

  grown() {
    if (!this.seen) return;
    this.wanted = true;
    if (!this.running && performance.now() >= this.pause) this.load();
  }

  last() {
    if (this.seen) setTimeout(() => this.load(), 300);
  }

  async load() {
    if (this.running) { this.wanted = true; return; }
    this.running = true;
    this.wanted = false;
    const began = performance.now();
    try {
      const answer = await fetch(this.address, { credentials: "same-origin" });
      if (answer.status === 401) { window.location.reload(); return; }
      if (!answer.ok) throw new Error((await answer.text()).trim());
      await this.show(await answer.json());
    } catch (error) {
      if (!this.model) this.picture.replaceChildren();
      this.caption.textContent = error.message || "The picture could not be drawn.";
      this.element.dataset.failed = "1";
    } finally {
      this.element.setAttribute("aria-busy", "false");
      this.running = false;
      // never more than a tenth of the time, and not more often than an eye follows
      this.pause = performance.now() + Math.max(2500, 10 * (performance.now() - began));
      setTimeout(() => { if (this.wanted) this.load(); }, this.pause - performance.now());
    }
  }

  async show(news) {
    this.caption.textContent = news.said || news.text;
    if (news.said) {
      this.picture.replaceChildren();
      this.picture.classList.add("empty");
      this.model = null;
      return;
    }
    await bokeh;
    this.picture.classList.remove("empty");
    delete this.element.dataset.failed;
    // where the user looks now, if it is not where the picture began
    const kept = this.model && rangesOf(this.model).map((range, at) =>
      range.start === this.home[at][0] && range.end === this.home[at][1] ? null : [range.start, range.end]);
    const fresh = document.createElement("div");
    fresh.className = "drawn";
    this.picture.append(fresh);
    const views = await Bokeh.embed.embed_item(news.item, fresh);
    const model = [...views][0].model;
    const former = [...this.picture.children].filter((child) => child !== fresh);
    former.forEach((child) => child.remove());
    if (this.views) this.views.clear();
    this.views = views;
    this.model = model;
    this.home = rangesOf(model).map((range) => [range.start, range.end]);
    if (kept && kept.length === this.home.length) {
      rangesOf(model).forEach((range, at) => { if (kept[at]) range.setv({ start: kept[at][0], end: kept[at][1] }); });
    }
    if (window.innerWidth < 720) narrow(model);
    if (coarse && model.toolbar) model.toolbar.active_drag = null; // a finger moves the page
    fresh.setAttribute("role", "img");
    fresh.setAttribute("aria-label", news.text);
    if (news.cells && this.element.dataset.cells) this.choose(model, news.cells);
    this.element.dataset.drawn = String(Number(this.element.dataset.drawn || 0) + 1);
  }

  choose(model, cells) {
    model.on_event("tap", (event) => {
      const channel = cells.names[Math.round(event.y)];
      const day = Math.floor((event.x - cells.first) / 86400000);
      if (channel === undefined || day < 0 || day >= cells.days) return;
      const date = new Date(cells.first + day * 86400000).toISOString().slice(0, 10);
      window.location.href = this.element.dataset.cells + "?" + new URLSearchParams({ channel, day: date });
    });
  }
}

const figures = [];

// -- the rest

function start() {
  for (const element of document.querySelectorAll("[data-figure]")) {
    element.setAttribute("aria-busy", "true");
    figures.push(new Figure(element));
  }
  document.querySelectorAll("[data-live]").forEach(follow);
  for (const form of document.querySelectorAll("[data-figure-form]")) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const figure = figures.find((one) => one.element.id === form.dataset.figureForm);
      figure.address = figure.element.dataset.figure + "?" + new URLSearchParams(new FormData(form));
      figure.load();
    });
  }
  for (const details of document.querySelectorAll("details[data-load]")) {
    details.addEventListener("toggle", async () => {
      if (!details.open) return;
      const answer = await fetch(details.dataset.load, { credentials: "same-origin" });
      const place = details.querySelector("div");
      if (answer.ok) place.innerHTML = await answer.text();
      else place.textContent = await answer.text();
    });
  }
  for (const button of document.querySelectorAll("[data-tab]")) {
    button.addEventListener("click", () => {
      document.querySelectorAll("[data-tab]").forEach((one) => one.setAttribute("aria-pressed", String(one === button)));
      document.querySelectorAll("[data-panel]").forEach((one) => { one.hidden = one.dataset.panel !== button.dataset.tab; });
    });
  }
  const again = document.querySelector("[data-again]");
  if (again) setTimeout(() => window.location.reload(), 1000 * Number(again.dataset.again));
}

// of forms that come later, too
document.addEventListener("submit", (event) => {
  const question = event.target.dataset.sure;
  if (question && !window.confirm(question)) event.preventDefault();
});

start();
