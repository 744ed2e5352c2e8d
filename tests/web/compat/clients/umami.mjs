// @umami/node, as a site's own server uses it.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const { url, website, host, agent } = JSON.parse(readFileSync(0));
const { Umami } = createRequire(import.meta.url)("@umami/node");
const umami = new Umami({ websiteId: website, hostUrl: url, userAgent: agent });
const answers = [
  await umami.track({ hostname: host, url: "/a", title: "A", screen: "1440x900", language: "de" }),
  await umami.track("Signup", { plan: "pro" }),
  await umami.identify({ name: "Ada" }),
];
console.log(JSON.stringify(await Promise.all(answers.map(async (a) => [a.status, await a.json()]))));
