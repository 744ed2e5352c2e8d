// Draws the world: one path a country, by its two letters, to be used from pages piece by piece.
//
// The outlines are Natural Earth's, by way of world-atlas: coarse ones, and dots for the countries
// that are too small to be among them.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { geoEqualEarth, geoPath } from "d3-geo";
import { feature } from "topojson-client";

const require = createRequire(import.meta.url);
const read = (name) => JSON.parse(readFileSync(require.resolve(name)));
const letters = new Map(read("i18n-iso-countries/codes.json").map(([two, , three]) => [three, two]));
const coarse = read("world-atlas/countries-110m.json");
const fine = read("world-atlas/countries-50m.json");

const WIDTH = 720;
const DOT = 2;
const projection = geoEqualEarth().rotate([-11, 0]).fitWidth(WIDTH, { type: "Sphere" });
const path = geoPath(projection).digits(0);
const centre = geoPath(projection).digits(0);

// Steps from point to point are shorter to write than places, and many points fall together.
function stepped(shape) {
  let [x, y] = [0, 0];
  const rings = shape.split("M").filter(Boolean).map((ring) => {
    const steps = ring.replace("Z", "").split("L").map((point) => point.split(",").map(Number))
      .map(([toX, toY]) => {
        const step = [toX - x, toY - y];
        [x, y] = [toX, toY];
        return step;
      });
    const [first, ...rest] = steps;
    const moved = rest.filter(([dx, dy]) => dx || dy);
    const back = moved.reduce(([bx, by], [dx, dy]) => [bx + dx, by + dy], [0, 0]);
    const drawn = moved.map(([dx, dy]) => `${dx}${dy < 0 ? "" : " "}${dy}`).join(" ").replaceAll(" -", "-");
    [x, y] = [x - back[0], y - back[1]];
    // A ring of one point only moves the pen.
    return `m${first[0]}${first[1] < 0 ? "" : " "}${first[1]}${drawn ? `l${drawn}z` : ""}`;
  });
  return rings.join("").replace("m", "M");
}

function countriesOf(atlas) {
  return feature(atlas, atlas.objects.countries).features;
}

// Kosovo has no number of its own in ISO 3166, and no visitor is ever in Antarctica.
function codeOf(country) {
  if (country.properties.name === "Kosovo") return "XK";
  const code = letters.get(country.id);
  return code === "AQ" ? undefined : code;
}

const shapes = new Map();
for (const country of countriesOf(coarse)) {
  const code = codeOf(country);
  if (code) shapes.set(code, stepped(path(country)));
}
for (const country of countriesOf(fine)) {
  const code = codeOf(country);
  if (!code || shapes.has(code)) continue;
  const [x, y] = centre.centroid(country).map(Math.round);
  shapes.set(code, `M${x} ${y}m-${DOT} 0a${DOT} ${DOT} 0 1 0 ${2 * DOT} 0a${DOT} ${DOT} 0 1 0-${2 * DOT} 0z`);
}
export function world() {
  const countries = [...shapes].sort().map(([code, shape]) => `<path id="${code}" d="${shape}"/>`);
  return `<svg xmlns="http://www.w3.org/2000/svg"><defs><g id="world">\n${countries.join("\n")}\n</g></defs></svg>\n`;
}
