// Totals roll like an odometer when they change: each digit that is another one, by itself.

const LASTS = 200;
let before = new Map();

export function roll() {
  const figures = document.querySelectorAll("[data-total] .figure");
  const now = new Map();
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  for (const figure of figures) {
    const { total } = figure.closest("[data-total]").dataset;
    const text = figure.textContent.trim();
    now.set(total, text);
    const old = before.get(total);
    if (old !== undefined && old !== text && !still) turn(figure, old, text);
  }
  if (now.size) before = now;
}

// Digits are compared from the right, as they stand under one another.
function turn(figure, old, text) {
  figure.replaceChildren(...[...text].map((letter, index) => {
    const there = old.at(index - text.length) ?? "";
    if (letter === there) return letter;
    const drum = document.createElement("span");
    const inner = document.createElement("i");
    drum.className = "drum";
    drum.dataset.old = there;
    inner.textContent = letter;
    drum.append(inner);
    return drum;
  }));
  setTimeout(() => { figure.textContent = text; }, LASTS);
}
