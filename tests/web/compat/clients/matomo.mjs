// matomo-tracker, as a site's own server uses it.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const { url, number, host, agent } = JSON.parse(readFileSync(0));
const Tracker = createRequire(import.meta.url)("matomo-tracker");
const matomo = new Tracker(number, `${url}/matomo.php`, true);
matomo.on("error", (error) => {
  console.error(error);
  process.exitCode = 1;
});
matomo.track({ url: `https://${host}/a`, action_name: "A", ua: agent });
const events = [
  { url: `https://${host}/b`, ua: agent },
  { url: `https://${host}/b`, e_c: "Video", e_a: "Play", ua: agent },
];
matomo.trackBulk(events, (told) => console.log(told));
