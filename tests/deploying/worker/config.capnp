# A Worker on this machine; the test says at which port, and with which token.
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "site", worker = .site),
    (name = "internet", network = (allow = ["local"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:PORT", http = (), service = "site")],
);

const site :Workerd.Worker = (
  modules = [
    (name = "worker.mjs", esModule = embed "worker.mjs"),
    (name = "forward.mjs", esModule = embed "forward.mjs"),
  ],
  bindings = [(name = "EZEE_TOKEN", text = "TOKEN")],
  compatibilityDate = "2026-11-01",
);
