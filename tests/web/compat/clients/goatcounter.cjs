// docusaurus-plugin-goatcounter, asked as Docusaurus asks it when it builds a site: what goes into
// the head of each page.
process.env.NODE_ENV = "production";
const { code } = JSON.parse(require("node:fs").readFileSync(0));
const plugin = require("docusaurus-plugin-goatcounter").default;
const made = plugin({ siteConfig: { themeConfig: { goatcounter: { code } } } });
console.log(JSON.stringify(made.injectHtmlTags().headTags));
