"""The JavaScript client in Node: against the real service, and against one that is away."""

from __future__ import annotations

import pytest

from tests.clients.javascript.nodes import run
from tests.support.service import BROWSER, Account, Service
from tests.support.stats import new_tracker, report

VISITOR = {"client_ip": "203.0.113.7", "user_agent": BROWSER}
TOLD = """
const ezee = new Ezee("https://stats.example.com", {
  first: 1000, longest: 3000, patience: 60000, attempts: 4, chance: () => 0,
  sleep: async (pause) => pauses.push(pause / 1000),
  fetch: async (url, { body }) => {
    bodies.push(body);
    const answer = given.answers.shift();
    if (answer === null) throw new TypeError("cut");
    const [status, error, wait] = answer;
    const headers = wait ? { "retry-after": wait } : {};
    const good = JSON.stringify({ data: { accepted: 1, dropped: [] } });
    const told = error ? JSON.stringify({ error }) : good;
    return new Response(error === "text" ? "<h1>" : told, { status, headers });
  },
});
const pauses = [];
const bodies = [];
"""
GOOD, AWAY, BROKEN, GATEWAY = [202, ""], [503, "unavailable"], [500, "server_error"], [502, "text"]


@pytest.mark.service
def test_trackers_are_added_changed_and_removed(service: Service, alice: Account) -> None:
    told = run(
        """
        const ezee = new Ezee(given.url + "/", { token: given.token });
        const shop = { name: "Shop", domain: "shop.node.example" };
        const made = await ezee.addTracker(shop);
        const conflict = await ezee.addTracker(shop).catch(failure);
        const changed = await ezee.changeTracker(made.id, { public_stats: false });
        const listed = (await ezee.trackers()).some(({ id }) => id === made.id);
        const secret = await ezee.newSigningSecret(made.id);
        await ezee.removeSigningSecret(made.id);
        await ezee.removeTracker(made.id);
        const gone = await ezee.tracker(made.id).catch(failure);
        const { email } = await ezee.me();
        const open = changed.public_stats;
        tell({ conflict, listed, gone, email, secret: secret.slice(0, 4), open });
        """,
        url=service.url,
        token=alice.token,
    )
    assert told == {
        "conflict": {"name": "EzeeError", "status": 409, "code": "conflict", "fields": []},
        "listed": True,
        "gone": {"name": "EzeeError", "status": 404, "code": "not_found", "fields": []},
        "email": alice.email,
        "secret": "ezs_",
        "open": False,
    }


@pytest.mark.service
def test_events_are_counted_once_and_read_back(service: Service, alice: Account) -> None:
    tracker = new_tracker(alice)
    told = run(
        """
        const ezee = new Ezee(given.url, { token: given.token });
        const { site_id, id } = given.tracker;
        const events = Array.from({ length: 501 }, (_, number) => ({
          site_id, url: "/a", id: `n${number}`, user_agent: given.visitor.user_agent,
          client_ip: `203.0.${number >> 7}.${number & 127}`,
        }));
        events.push({ site_id, url: "/a", user_agent: "curl/8", client_ip: "203.0.113.1" });
        const first = await ezee.collect(events);
        const again = await ezee.collect(events[0]);
        const asked = { period: "today", metrics: ["pageviews", "visitors"], limit: 3,
          dimension: ["page", "event"], filter: "page:is:/a", verified: false };
        const stats = await ezee.stats(site_id, asked);
        const own = await ezee.trackerStats(id, asked);
        const live = await ezee.live(site_id);
        const wrong = await ezee.stats(site_id, { period: "soon" }).catch(failure);
        const same = JSON.stringify(own) === JSON.stringify(stats);
        tell({ first, again, totals: stats.totals, same, live: live.visitors, wrong });
        """,
        url=service.url,
        token=alice.token,
        tracker=tracker,
        visitor=VISITOR,
    )
    assert told["first"] == {"accepted": 501, "dropped": [{"index": 501, "reason": "bot"}]}
    assert told["again"] == {"accepted": 0, "dropped": [{"index": 0, "reason": "duplicate"}]}
    assert told["totals"] == {"pageviews": 501, "visitors": 501}
    assert told["same"] is True
    assert told["live"] == 501
    assert told["wrong"]["fields"] == ["period"]


@pytest.mark.service
def test_events_and_tables_are_streams(service: Service, alice: Account) -> None:
    tracker = new_tracker(alice)
    told = run(
        """
        const ezee = new Ezee(given.url, { token: given.token });
        const { site_id, id } = given.tracker;
        await ezee.collect(["/a", "/=1"].map((url) => ({ site_id, url, ...given.visitor })));
        const text = (stream) => new Response(stream).text();
        const events = await ezee.exportEvents(id, { format: "ndjson", period: "today" });
        const pages = (await text(events)).trim().split("\\n").map((line) => JSON.parse(line).page);
        const asked = { period: "today", filter: ["page:contains:/"], limit: 5 };
        const table = await text(await ezee.exportStats(site_id, "page", asked));
        const own = await text(await ezee.exportTrackerStats(id, "page", asked));
        const wrong = await ezee.exportStats(site_id, "luck").catch(failure);
        const gone = await ezee.exportEvents("nonsense").catch(failure);
        tell({ pages: pages.sort(), table, same: own === table, wrong, gone: gone.status });
        """,
        url=service.url,
        token=alice.token,
        tracker=tracker,
        visitor=VISITOR,
    )
    assert told == {
        "pages": ["/=1", "/a"],
        "table": "page,visitors,pageviews\r\n/=1,1,1\r\n/a,1,1\r\n",
        "same": True,
        "wrong": {
            "name": "EzeeError",
            "status": 400,
            "code": "invalid_request",
            "fields": ["table"],
        },
        "gone": 404,
    }


@pytest.mark.service
def test_events_in_the_background_arrive(service: Service, alice: Account) -> None:
    tracker = new_tracker(alice)
    told = run(
        """
        const ezee = new Ezee(given.url, { token: given.token });
        const events = ezee.batcher({ size: 2, seconds: 60 });
        for (const url of ["/a", "/b", "/c"]) {
          events.add({ site_id: given.site, url, ...given.visitor });
        }
        tell([await events.close(), events.lost]);
        """,
        url=service.url,
        token=alice.token,
        site=tracker["site_id"],
        visitor=VISITOR,
    )
    assert told == [True, 0]
    assert report(alice, tracker)["totals"]["pageviews"] == 3


@pytest.mark.parametrize(
    ("answers", "pauses", "status"),
    [
        ([AWAY, None, GATEWAY, GOOD], [1, 2, 3], None),
        ([[429, "rate_limited", "7"], BROKEN, GOOD], [7, 2], None),
        ([AWAY] * 4, [1, 2, 3], 503),
        ([None] * 4, [1, 2, 3], 0),
        ([[429, "rate_limited", "61"]], [], 429),
        ([[400, "invalid_request"]], [], 400),
        ([[200, "text"]], [], 200),
    ],
)
def test_what_may_pass_is_tried_again(
    answers: list[object], pauses: list[int], status: int | None
) -> None:
    told = run(
        TOLD
        + """
        const error = await ezee.collect({ site_id: "ezi_000000000001", url: "/" }).catch(failure);
        const same = new Set(bodies).size;
        tell({ status: error.status ?? null, pauses, same, left: given.answers });
        """,
        answers=answers,
    )
    assert told == {"status": status, "pauses": pauses, "same": 1, "left": []}


@pytest.mark.parametrize(("answers", "tries"), [([None], 1), ([BROKEN], 1), ([AWAY, BROKEN], 2)])
def test_what_might_be_done_twice_is_tried_again_only_when_nothing_was_done(
    answers: list[object], tries: int
) -> None:
    script = "await ezee.addTracker({ name: 'A', domain: 'a.example' }).catch(failure);"
    assert run(f"{TOLD}{script} tell(bodies.length)", answers=answers) == tries


def test_what_cannot_be_sent_waits_and_the_oldest_give_way() -> None:
    told = run(
        """
        const sent = [];
        const errors = [];
        const failures = [503, 503, 400];
        const send = async (events) => {
          const status = failures.shift();
          if (status) throw new EzeeError("no", { status });
          sent.push(events.map(({ url }) => url));
        };
        const events = new Batcher(send, {
          size: 2, seconds: 60, pause: 0.01, waiting: 5,
          onError: (error, gone) => errors.push([error.status, gone.length]),
        });
        for (let number = 0; number < 7; number++) events.add({ site_id: "x", url: `/${number}` });
        while (!(await events.close())) await new Promise((resolve) => setTimeout(resolve, 20));
        let closed = false;
        try { events.add({}); } catch { closed = true; }
        tell({ sent, errors, lost: events.lost, closed });
        """
    )
    # The first two were under way when five more came; then there was no room for them.
    assert told == {
        "sent": [["/4", "/5"], ["/6"]],
        "errors": [[503, 2], [503, 0], [400, 2]],
        "lost": 4,
        "closed": True,
    }
