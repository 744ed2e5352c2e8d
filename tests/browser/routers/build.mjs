// Bundles each application as its users would have it: for production, in one file.
import { buildSync } from "esbuild";

buildSync({
  entryPoints: ["react.mjs", "vue.mjs"],
  bundle: true,
  minify: true,
  format: "iife",
  platform: "browser",
  conditions: ["production"],
  define: {
    "process.env.NODE_ENV": '"production"',
    __VUE_OPTIONS_API__: "false",
    __VUE_PROD_DEVTOOLS__: "false",
    __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: "false",
  },
  outdir: "built",
});
