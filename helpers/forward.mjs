// Takes the script's events at an address of your own site and hands them to ezee, naming the
// visitor: for places whose own address changes, such as Cloudflare Workers or Vercel. Copy this
// file; it needs nothing but fetch. The token is your account's: keep it on the server.
//
// SPDX-License-Identifier: 0BSD

/**
 * Answer a Request with the Response of ezee's collect.
 *
 * `service` is where ezee answers, `token` an API token of the tracker's owner that may write,
 * `address` the visitor's address. With `gpc: false` visitors are counted who ask by Global
 * Privacy Control not to be.
 */
export async function forward(request, { service, token, address, gpc = true }) {
  if (gpc && request.headers.get("sec-gpc") === "1") return new Response(null, { status: 204 });
  let event;
  try {
    event = await request.json();
  } catch {
    return new Response(null, { status: 400 });
  }
  const visitor = { client_ip: address, user_agent: request.headers.get("user-agent") || "" };
  return fetch(`${service}/api/public/collect`, {
    method: "POST",
    headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
    body: JSON.stringify({ ...event, ...visitor }),
  });
}
