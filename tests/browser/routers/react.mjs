// A shop made with React and React Router, as their documentation builds one. Its page says in
// <body data-history> whether it is routed by paths or by fragments.
import { createElement as h, Suspense } from "react";
import { createRoot } from "react-dom/client";
import {
  createBrowserRouter, createHashRouter, Form, Link, Navigate, Outlet, redirect, ScrollRestoration,
  useLoaderData, useParams,
} from "react-router";
import { RouterProvider } from "react-router/dom";

const links = {
  home: "/", list: "/items", first: "/items/1", second: "/items/2", tab: "/items/2?tab=reviews",
  section: "/items/2#reviews", moved: "/moved", kept: "/kept", slow: "/slow",
};

function Page({ title, children }) {
  return h("main", null, h("title", null, title), h("h1", null, title), children);
}

function Shop() {
  return h("div", null,
    h("nav", null, Object.entries(links).map(([id, to]) => h(Link, { id, key: id, to }, id))),
    h(Form, { action: "/found", role: "search" }, h("input", { name: "q" })),
    h(Suspense, null, h(Outlet)),
    h(ScrollRestoration));
}

function Item() {
  return h(Page, { title: `Item ${useParams().id}` });
}

function Found() {
  return h(Page, { title: `Found ${useLoaderData()}` });
}

const wait = (ms) => new Promise((done) => setTimeout(done, ms));
const page = (title) => h(Page, { title });
const routes = [{
  path: "/",
  element: h(Shop),
  children: [
    { index: true, element: page("Home") },
    { path: "items", element: page("Items") },
    { path: "items/:id", element: h(Item) },
    { path: "found", element: h(Found), loader: ({ request }) => new URL(request.url).searchParams.get("q") },
    // Two ways to be sent on: before anything is shown, and by what is shown.
    { path: "moved", loader: () => redirect("/items/1") },
    { path: "kept", element: h(Navigate, { to: "/items/2", replace: true }) },
    { path: "slow", lazy: async () => (await wait(400), { element: page("Slow") }) },
    { path: "*", element: page("Not here") },
  ],
}];
const create = document.body.dataset.history === "hash" ? createHashRouter : createBrowserRouter;
createRoot(document.querySelector("#root")).render(h(RouterProvider, { router: create(routes) }));
