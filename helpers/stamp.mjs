// Stamps for ezee's verified lane. Copy this file; nothing to install.
//
// stamp(SECRET, "ezi_64a31d92b70f", "/about") is the `stamp` field of an event on that page.
// Keep the secret on your server: whoever has it can stamp whatever they like.
//
// SPDX-License-Identifier: 0BSD

/**
 * Vouch for a page of your site. The stamp is good for an hour. For Node 20.16 or newer.
 *
 * The address is taken as the browser sends it, percent-encoded; query and fragment do not
 * matter. `now` is in milliseconds since 1970.
 */
export function stamp(secret, siteId, urlOrPath, now = Date.now()) {
  // Not imported: edge workers, which load this file too, may have no such module.
  const { createHmac } = process.getBuiltinModule("node:crypto");
  const { minute, message } = statement(siteId, urlOrPath, now);
  return `${minute}.${createHmac("sha256", secret).update(message).digest("hex")}`;
}

/** The same, as a promise, wherever there is WebCrypto: edge workers, Deno, Bun, Node. */
export async function stampAsync(secret, siteId, urlOrPath, now = Date.now()) {
  const { minute, message } = statement(siteId, urlOrPath, now);
  const bytes = (text) => new TextEncoder().encode(text);
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", bytes(secret), algorithm, false, ["sign"]);
  const signature = new Uint8Array(await crypto.subtle.sign("HMAC", key, bytes(message)));
  return `${minute}.${Array.from(signature, (b) => b.toString(16).padStart(2, "0")).join("")}`;
}

function statement(siteId, urlOrPath, now) {
  const minute = Math.floor(now / 60_000);
  const path = urlOrPath.replace(/^https?:\/\/[^/?#]*/i, "").split(/[?#]/)[0] || "/";
  return { minute, message: `${siteId}\n${path}\n${minute}` };
}
