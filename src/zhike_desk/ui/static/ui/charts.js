/* Draws every <figure data-chart="ID"> from the option in the JSON script with that id.
   Options are plain data. Where one of its strings is "token:NAME" the colour --NAME of the style sheet stands there, so that
   charts follow light and dark and the viewer's colours of rise and fall. "format:NAME" names one of FORMATS below. */
"use strict";
(() => {
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const drawn = new Map();
  const style = () => getComputedStyle(document.documentElement);
  const token = (name) => style().getPropertyValue(`--${name}`).trim();

  const grouped = (digits) => new Intl.NumberFormat("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  const pick = (value) => (value !== null && typeof value === "object" ? value.value : value);
  const write = (make) => (value) => {
    const found = pick(value);
    return found === null || found === undefined || found === "" || Number.isNaN(Number(found)) ? "—" : make(Number(found)).replace("-", "−");
  };
  const FORMATS = {
    whole: write((v) => grouped(0).format(v)),
    one: write((v) => grouped(1).format(v)),
    two: write((v) => grouped(2).format(v)),
    wan: write((v) => grouped(1).format(v / 1e4)),
    percent: write((v) => `${(v * 100).toFixed(1)}%`),
    percent0: write((v) => `${(v * 100).toFixed(0)}%`),
    signed: write((v) => `${v > 0 ? "+" : ""}${grouped(1).format(v)}`),
    signedPercent: write((v) => `${v > 0 ? "+" : ""}${(v * 100).toFixed(1)}%`),
  };

  function resolve(part) {
    if (typeof part === "string") {
      if (part.startsWith("token:")) return token(part.slice(6));
      if (part.startsWith("format:")) return FORMATS[part.slice(7)] || part;
      return part;
    }
    if (Array.isArray(part)) return part.map(resolve);
    if (part && typeof part === "object") return Object.fromEntries(Object.entries(part).map(([k, v]) => [k, resolve(v)]));
    return part;
  }

  function axis(given) {
    const one = (a) => ({
      ...a,
      axisLabel: { color: token("ink-3"), hideOverlap: true, ...a.axisLabel },
      axisLine: { lineStyle: { color: token("line") }, ...a.axisLine },
      axisTick: { show: false, ...a.axisTick },
      splitLine: { lineStyle: { color: token("line") }, ...a.splitLine },
      nameTextStyle: { color: token("ink-3"), ...a.nameTextStyle },
    });
    return Array.isArray(given) ? given.map(one) : one(given);
  }

  function dressed(option) {
    const full = resolve(option);
    const text = { fontFamily: getComputedStyle(document.body).fontFamily, color: token("ink-2"), fontSize: 12 };
    full.textStyle = { ...text, ...full.textStyle };
    full.color = full.color || ["c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8"].map(token);
    full.backgroundColor = "transparent";
    full.animation = !still.matches && full.animation !== false;
    full.animationDuration = full.animationDuration ?? 300;
    full.tooltip = {
      backgroundColor: token("raised"), borderColor: token("line"), textStyle: { ...text, color: token("ink") }, confine: true,
      ...full.tooltip, renderMode: "richText",   // the HTML tooltip writes style attributes, which the policy forbids
    };
    if (full.legend) {
      const one = (l) => ({ icon: "roundRect", itemWidth: 12, itemHeight: 8, inactiveColor: token("edge"), ...l, textStyle: { ...text, ...l.textStyle } });
      full.legend = Array.isArray(full.legend) ? full.legend.map(one) : one(full.legend);
    }
    if (full.xAxis) full.xAxis = axis(full.xAxis);
    if (full.yAxis) full.yAxis = axis(full.yAxis);
    if (!full.grid && full.xAxis) {
      const named = [full.yAxis].flat().some((a) => a && a.name && (a.nameLocation || "end") === "end");
      full.grid = { left: 8, right: 16, top: full.legend ? 40 : named ? 32 : 12, bottom: 8, containLabel: true };
    }
    return full;
  }

  function draw(figure) {
    const holder = figure.querySelector(".canvas");
    const data = document.getElementById(figure.dataset.chart);
    if (!holder || !data || !window.echarts) return;
    const name = figure.querySelector("figcaption")?.textContent.trim();
    if (name && !holder.hasAttribute("aria-label")) holder.setAttribute("aria-label", name);
    if (!holder.hasAttribute("role")) holder.setAttribute("role", "img");
    drawn.get(holder)?.dispose();
    const chart = window.echarts.init(holder, null, { renderer: "canvas" });
    chart.setOption(dressed(JSON.parse(data.textContent)));
    chart.on("click", (event) => {
      const url = event.data?.url;
      if (typeof url === "string" && url.startsWith("/") && !url.startsWith("//")) location.assign(url);
    });
    drawn.set(holder, chart);
    watch.observe(holder);
  }

  const watch = new ResizeObserver((entries) => entries.forEach((entry) => drawn.get(entry.target)?.resize()));
  const near = new IntersectionObserver((entries) => entries.forEach((entry) => {
    if (!entry.isIntersecting) return;
    near.unobserve(entry.target);
    draw(entry.target);
  }), { rootMargin: "200px" });

  function find(root) {
    if (root.matches?.("figure[data-chart]")) near.observe(root);
    root.querySelectorAll?.("figure[data-chart]").forEach((figure) => near.observe(figure));
  }

  function again() {
    drawn.forEach((chart, holder) => {
      if (holder.isConnected) draw(holder.closest("figure"));
      else { chart.dispose(); drawn.delete(holder); }
    });
  }

  find(document);
  document.addEventListener("desk:colours", again);
  document.body.addEventListener("htmx:afterSettle", (event) => { again(); find(event.target); });
})();
