// The same shop with Vue and its router.
import { createApp, h, nextTick } from "vue";
import { createRouter, createWebHashHistory, createWebHistory, RouterLink, RouterView } from "vue-router";

const links = {
  home: "/", list: "/items", first: "/items/1", second: "/items/2", tab: "/items/2?tab=reviews",
  section: "/items/2#reviews", moved: "/moved", kept: "/kept", slow: "/slow",
};

const page = (title) => ({ render: () => h("main", [h("h1", title)]) });
const wait = (ms) => new Promise((done) => setTimeout(done, ms));
const routes = [
  { path: "/", component: page("Home"), meta: { title: "Home" } },
  { path: "/items", component: page("Items"), meta: { title: "Items" } },
  { path: "/items/:id", component: page("Item") },
  { path: "/found", component: page("Found") },
  { path: "/moved", redirect: "/items/1" },
  { path: "/kept", component: page("Kept"), beforeEnter: () => ({ path: "/items/2" }) },
  { path: "/slow", component: async () => (await wait(400), page("Slow")), meta: { title: "Slow" } },
  { path: "/:rest(.*)", component: page("Not here"), meta: { title: "Not here" } },
];
const create = document.body.dataset.history === "hash" ? createWebHashHistory : createWebHistory;
const router = createRouter({ history: create(), routes, scrollBehavior: (to, from, saved) => saved });
router.afterEach((to) => nextTick(() => {
  const named = to.params.id ? `Item ${to.params.id}` : `Found ${to.query.q}`;
  document.title = to.meta.title || named;
}));

function search(event) {
  event.preventDefault();
  router.push({ path: "/found", query: { q: new FormData(event.target).get("q") } });
}

const Shop = () => h("div", [
  h("nav", Object.entries(links).map(([id, to]) => h(RouterLink, { id, to }, () => id))),
  h("form", { role: "search", onSubmit: search }, [h("input", { name: "q" })]),
  h(RouterView),
]);
createApp(Shop).use(router).mount("#root");
