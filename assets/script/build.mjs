// Builds the script that counts pages: everything and the core, plain and compressed, into the
// folder that is named. Prints what they weigh, and fails where one weighs more than it may.

import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { buildSync } from "esbuild";

const BARS = { "ezee.js": 1700, "ezee.core.js": 1024 };
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const output = process.argv[2];

const checker = here("../node_modules/typescript/bin/tsc");
execFileSync(process.execPath, [checker, "-p", here(".")], { stdio: "inherit" });

const files = {};
for (const [name, bar] of Object.entries(BARS)) {
  const { outputFiles } = buildSync({
    entryPoints: [here("ezee.ts")],
    bundle: true,
    minify: true,
    format: "iife",
    target: "es2020",
    charset: "utf8",
    define: { FULL: String(name === "ezee.js") },
    // Not the folder's own: for the sake of its strictness it would add a line to the script.
    tsconfigRaw: "{}",
    write: false,
  });
  const plain = outputFiles[0].contents;
  const gzipped = gzipSync(plain, { level: 9 });
  const brotli = brotliCompressSync(plain, {
    params: { [constants.BROTLI_PARAM_SIZE_HINT]: plain.length },
  });
  Object.assign(files, { [name]: plain, [`${name}.gz`]: gzipped, [`${name}.br`]: brotli });
  const weight = `${plain.length} bytes, ${gzipped.length} gzipped, ${brotli.length} by brotli`;
  console.log(`${name}: ${weight}; at most ${bar} gzipped`);
  if (gzipped.length > bar) {
    console.error(`${name} is ${gzipped.length - bar} bytes too heavy.`);
    process.exit(1);
  }
}

// Only now, so that a build that failed leaves nothing that looks made.
rmSync(output, { recursive: true, force: true });
mkdirSync(output, { recursive: true });
for (const [name, content] of Object.entries(files)) writeFileSync(`${output}/${name}`, content);
