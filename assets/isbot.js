// Writes the expressions of the isbot package, a JSON list, to the file named by the argument.

import { writeFileSync } from "node:fs";

import { list } from "isbot";

writeFileSync(process.argv[2], JSON.stringify(list, null, 1) + "\n");
