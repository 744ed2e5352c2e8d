// Makes what pages load: one bundle for each file of scripts/ and styles/, and the icons as one
// sprite. Each is named by its content, so that browsers may keep it for good, and lies there
// compressed too. The argument is the list that is written beside them: {"style.css": "style.….css"}.

import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

import { build } from "esbuild";

import { world } from "../world.js";

const here = import.meta.dirname;
const list = process.argv[2];
const folder = dirname(list);
const names = {};

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });

for (const kind of ["scripts", "styles"]) {
  const made = await build({
    entryPoints: readdirSync(join(here, kind)).map((name) => join(here, kind, name)),
    bundle: true,
    minify: true,
    write: false,
    outdir: folder,
    outbase: join(here, kind),
    target: ["chrome123", "firefox120", "safari17.5"],
    legalComments: "none",
    logLevel: "warning",
  });
  for (const file of made.outputFiles) {
    put(basename(file.path), Buffer.from(file.contents));
  }
}
put("icons.svg", Buffer.from(sprite()));
put("favicon.svg", readFileSync(join(here, "favicon.svg")));
put("world.svg", Buffer.from(world()));
writeFileSync(list, JSON.stringify(names, null, 1) + "\n");

// icons/NAME.svg becomes the symbol #NAME.
function sprite() {
  const symbols = readdirSync(join(here, "icons")).sort().map((file) => {
    const text = readFileSync(join(here, "icons", file), "utf8");
    const inside = text.replace(/^<svg[^>]*>/, "").replace(/<\/svg>\s*$/, "").trim();
    const id = file.replace(/\.svg$/, "");
    return `<symbol id="${id}" viewBox="0 0 24 24" fill="none" stroke="currentColor" `
      + `stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round">${inside}</symbol>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`;
}

function put(name, content) {
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 12);
  const [, stem, ending] = name.match(/^(.*)\.(\w+)$/);
  names[name] = `${stem}.${hash}.${ending}`;
  const path = join(folder, names[name]);
  writeFileSync(path, content);
  writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }));
  const quality = { [constants.BROTLI_PARAM_QUALITY]: 11 };
  writeFileSync(`${path}.br`, brotliCompressSync(content, { params: quality }));
}
