"""Row-level security: a query reaches the viewer's own rows, or it is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session, aliased

from ezee.accounts.database import Database
from ezee.accounts.policy import (
    EVERYONE,
    BeyondViewer,
    NoViewer,
    readable_by_operator,
    readable_by_owner,
    readable_by_public,
    seen_by,
    seen_by_service,
)
from ezee.accounts.tables import Owned, Table, Token, Tracker, User
from ezee.accounts.tokens import new_token
from ezee.accounts.trackers import TrackerChange, add_tracker
from ezee.accounts.users import list_users
from ezee.errors import NotFound
from ezee.model.site import SiteConfig

TRACKERS = Tracker.metadata.tables["trackers"]
USERS = User.metadata.tables["users"]
Other = aliased(Tracker)


class World(NamedTuple):
    """Alice and Bob with a tracker and a token each."""

    database: Database
    alice: str
    bob: str
    hers: Tracker
    his: Tracker


@pytest.fixture
def world(database: Database, alice: str, bob: str) -> World:
    hers = add_tracker(database, alice, TrackerChange(name="Hers", domain="a.example"), 5)
    his = add_tracker(database, bob, TrackerChange(name="His", domain="b.example"), 6)
    new_token(database, alice, "Hers", 5)
    new_token(database, bob, "His", 5)
    return World(database, alice, bob, hers, his)


# What each gives of the trackers' names, ``Hers`` alone when Alice looks.
NAMES: dict[str, sa.Select[Any] | sa.CompoundSelect[Any]] = {
    "columns": sa.select(Tracker.name),
    "an alias's columns": sa.select(Other.name),
    "a join to an owned table": sa.select(Tracker.name)
    .select_from(User)
    .join(Tracker, Tracker.user_id == User.id),
    "a join from an owned table": sa.select(Tracker.name).join(User, Tracker.user_id == User.id),
    "a join of two owned tables": sa.select(Tracker.name).join(
        Token, Token.user_id == Tracker.user_id
    ),
    "a join to an alias": sa.select(Other.name).select_from(User).join(Other, sa.true()),
    "a join made by hand": sa.select(Tracker.name).select_from(
        orm.join(User, Tracker, Tracker.user_id == User.id)
    ),
    "another owned table": sa.select(Token.name),
    "a subquery": sa.select(sa.select(Tracker.name).subquery().c.name),
    "a common table expression": sa.select(sa.select(Tracker.name).cte().c.name),
    "an alias of a subquery": sa.select(aliased(Tracker, sa.select(Tracker).subquery()).name),
    "a union": sa.union(sa.select(Tracker.name), sa.select(Token.name)),
    "a scalar subquery": sa.select(
        sa.select(sa.func.aggregate_strings(Tracker.name, ",")).scalar_subquery()
    ),
    "a function": sa.select(sa.func.aggregate_strings(Tracker.name, ",")),
    "a case": sa.select(sa.case((Tracker.created_at > 0, Tracker.name))),
    "a label": sa.select((Tracker.name + "").label("x")),
    "distinct, ordered, grouped": sa.select(Tracker.name)
    .distinct()
    .group_by(Tracker.name)
    .order_by(sa.desc(Tracker.name))
    .limit(10),
    "a condition that is always true": sa.select(Tracker.name).where(
        sa.or_(Tracker.user_id != "", sa.true())
    ),
    "class and table in one query": sa.select(Tracker.name).where(TRACKERS.c.created_at > 0),
}

COUNTS = {
    "count(*)": sa.select(sa.func.count()).select_from(Tracker),
    "count(column)": sa.select(sa.func.count(Tracker.id)),
    "count(*) of an alias": sa.select(sa.func.count()).select_from(Other),
    "count(*) of a subquery": sa.select(sa.func.count()).select_from(sa.select(Tracker).subquery()),
    "count(*) with the class in a condition only": sa.select(sa.func.count()).where(
        Tracker.id != ""
    ),
    "users": sa.select(sa.func.count()).select_from(User),
    "users with a tracker": sa.select(sa.func.count(User.id)).where(
        sa.exists().where(Tracker.user_id == User.id)
    ),
    "users in a select of owners": sa.select(sa.func.count(User.id)).where(
        User.id.in_(sa.select(Tracker.user_id))
    ),
}

# What the criterion cannot be put on.
REFUSED: dict[str, Any] = {
    "a table": sa.select(TRACKERS),
    "a table's column": sa.select(TRACKERS.c.name),
    "a table's alias": sa.select(TRACKERS.alias().c.name),
    "a table's alias beside the class": sa.select(Tracker.name, TRACKERS.alias().c.name),
    "a table's sample beside the class": sa.select(Tracker.name, sa.tablesample(TRACKERS, 5).c.id),
    "a lateral table beside the class": sa.select(Tracker.name, TRACKERS.lateral().c.id),
    "a count of a table": sa.select(sa.func.count()).select_from(TRACKERS),
    "the table of users": sa.select(USERS.c.email),
    "a join to a table": sa.select(User.email, TRACKERS.c.name).join(
        TRACKERS, TRACKERS.c.user_id == User.id
    ),
    "a join of tables": sa.select(sa.func.count()).select_from(
        sa.join(USERS, TRACKERS, USERS.c.id == TRACKERS.c.user_id)
    ),
    "a table in a condition": sa.select(User.email).where(TRACKERS.c.user_id == User.id),
    "a table in a subquery": sa.select(sa.select(TRACKERS.c.name).subquery().c.name),
    "a table in a subquery of the class": sa.select(Tracker.name).where(
        Tracker.id.in_(sa.select(TRACKERS.c.id))
    ),
    "a table in exists": sa.select(User.email).where(sa.exists(sa.select(TRACKERS.c.id))),
    "a table in order by": sa.select(Tracker.name).order_by(
        sa.select(TRACKERS.c.name).limit(1).scalar_subquery()
    ),
    "a table in a union": sa.union_all(sa.select(Tracker.name), sa.select(TRACKERS.c.name)),
    "a class over a table": sa.select(aliased(Tracker, sa.select(TRACKERS).subquery()).name),
    "a class from a statement on a table": sa.select(Tracker).from_statement(sa.select(TRACKERS)),
    "a class from text": sa.select(Tracker).from_statement(sa.text("select * from trackers")),
    "text": sa.text("select name from trackers"),
    "text in a condition": sa.select(User.email).where(
        sa.text("(select count(*) from trackers) > 1")
    ),
    "text as a table": sa.select(sa.literal_column("name")).select_from(sa.text("trackers")),
    "a table by name": sa.select(sa.table("trackers", sa.column("name")).c.name),
    "a column as text": sa.select(sa.literal_column("(select group_concat(name) from trackers)")),
    "a window function alone": sa.select(sa.func.row_number().over(order_by=Tracker.id)),
    "an update of a table": sa.update(TRACKERS).values(name="x"),
    "a delete from a table": sa.delete(TRACKERS),
    "an update given another owner": sa.update(Tracker).values(user_id="somebody"),
    "an update that looks at a table": sa.update(Tracker)
    .where(Tracker.id.in_(sa.select(TRACKERS.c.id)))
    .values(name="x"),
    "an insert": sa.insert(Tracker).values(id="x"),
    "an insert into a table": sa.insert(TRACKERS).values(id="x"),
    "an insert from a select": sa.insert(Tracker).from_select(["id"], sa.select(Tracker.id)),
}


@pytest.mark.parametrize("form", NAMES)
def test_a_query_gives_the_viewers_rows_alone(world: World, form: str) -> None:
    assert _names(world, world.alice, NAMES[form]) == {"Hers"}
    assert _names(world, world.bob, NAMES[form]) == {"His"}
    assert _names(world, "a stranger", NAMES[form]) <= {None}
    everything = _names(world, EVERYONE, NAMES[form])
    assert {name for names in everything for name in str(names).split(",")} == {"Hers", "His"}


@pytest.mark.parametrize("form", COUNTS)
def test_a_count_counts_the_viewers_rows_alone(world: World, form: str) -> None:
    def count(viewer: str) -> int | None:
        with seen_by(world.database, viewer) as session:
            return session.scalar(COUNTS[form])

    assert [count(each) for each in (world.alice, world.bob, "a stranger", EVERYONE)] == [
        1, 1, 0, 2,
    ]  # fmt: skip


@pytest.mark.parametrize("form", REFUSED)
def test_what_cannot_be_restricted_is_refused(world: World, form: str) -> None:
    with pytest.raises(BeyondViewer), seen_by(world.database, world.alice) as session:
        session.execute(REFUSED[form])
    assert _state(world) == [("Hers", world.alice), ("His", world.bob)]


def test_entities_are_the_viewers_own_by_every_way_to_ask(world: World) -> None:
    with seen_by(world.database, world.alice) as session:
        assert [each.id for each in session.scalars(sa.select(Tracker))] == [world.hers.id]
        assert [each.id for each in session.scalars(sa.select(Other))] == [world.hers.id]
        assert [each.id for each in session.query(Tracker)] == [world.hers.id]
        assert session.query(Tracker).count() == 1
        assert session.query(Tracker).filter_by(id=world.his.id).first() is None
        assert session.get(Tracker, world.his.id) is None
        assert session.get(User, world.bob) is None
        with pytest.raises(NoResultFound):
            session.get_one(Tracker, world.his.id)
        own = session.get_one(Tracker, world.hers.id)
        session.refresh(own)
        assert own.name == "Hers"


def test_an_outer_join_has_nothing_of_others_beside_it(world: World) -> None:
    query = sa.select(User.email, Tracker.name).outerjoin(Tracker, Tracker.user_id == User.id)
    with seen_by(world.database, world.alice) as session:
        assert [tuple(row) for row in session.execute(query)] == [("alice@example.com", "Hers")]


def test_updates_and_deletes_reach_the_viewers_rows_alone(world: World) -> None:
    with seen_by(world.database, world.alice) as session:
        session.execute(sa.update(Tracker).values(name="Mine"))
        session.execute(sa.update(Tracker).where(Tracker.id == world.his.id).values(name="Mine"))
    assert _state(world) == [("Mine", world.alice), ("His", world.bob)]
    with seen_by(world.database, world.alice) as session:
        session.execute(sa.delete(Tracker))
        session.execute(sa.delete(User).where(User.id == world.bob))
    assert _state(world) == [("His", world.bob)]
    assert len(list_users(world.database)) == 2


def test_an_update_of_many_by_their_keys_is_refused(world: World) -> None:
    change = [{"id": world.his.id, "name": "Mine"}]
    _refused(world, lambda session: session.execute(sa.update(Tracker), change))
    _refused(world, lambda session: session.execute(sa.insert(Tracker), change))
    _refused(world, lambda session: session.bulk_update_mappings(Tracker, change))
    _refused(world, lambda session: session.bulk_insert_mappings(Tracker, change))
    _refused(world, lambda session: session.bulk_save_objects([_tracker(world.bob)]))


def test_there_is_no_bare_connection_to_go_around_by(world: World) -> None:
    _refused(world, lambda session: session.connection())
    with pytest.raises(BeyondViewer), seen_by_service(world.database) as session:
        session.connection()


def test_a_row_for_somebody_else_cannot_be_added(world: World) -> None:
    _refused(world, lambda session: session.add(_tracker(world.bob)))
    _refused(world, lambda session: session.merge(_tracker(world.bob)))
    _refused(world, lambda session: session.add(User(id="x", email="x@y.z")))


def test_somebody_elses_row_cannot_be_changed(world: World) -> None:
    def change(session: Session) -> None:
        session.add(world.his)
        world.his.name = "Mine"

    _refused(world, change)


def test_somebody_elses_row_cannot_be_deleted(world: World) -> None:
    _refused(world, lambda session: session.delete(world.his))


def test_a_row_cannot_change_hands(world: World) -> None:
    def give(session: Session) -> None:
        session.get_one(Tracker, world.hers.id).user_id = world.bob

    _refused(world, give)
    values = {"user_id": world.bob}
    _refused(world, lambda session: session.execute(sa.update(Tracker), values))
    by_column = sa.update(Tracker).ordered_values((Tracker.user_id, world.bob))
    _refused(world, lambda session: session.execute(by_column))


def test_a_row_cannot_be_taken(world: World) -> None:
    def take(session: Session) -> None:
        session.add(world.his)
        world.his.user_id = world.alice

    _refused(world, take)


def test_a_session_that_names_no_viewer_sees_nothing(world: World) -> None:
    acts: list[Callable[[Session], object]] = [
        lambda session: session.execute(sa.select(Tracker)),
        lambda session: session.execute(sa.select(sa.literal(1))),
        lambda session: session.get(Tracker, world.hers.id),
        lambda session: session.add(_tracker(world.alice)),
    ]
    for act in acts:
        with pytest.raises(NoViewer), world.database.session() as session:
            act(session)


def test_every_table_with_an_owner_is_an_owned_one() -> None:
    for mapper in Table.registry.mappers:
        points_to_users = any(key.column.table is USERS for key in mapper.local_table.foreign_keys)
        assert issubclass(mapper.class_, Owned) == points_to_users, mapper.class_


SITE = SiteConfig("ezi_000000000001", "a.example", "UTC", (), True, "alice")
PRIVATE = SiteConfig("ezi_000000000001", "a.example", "UTC", (), False, "alice")


def test_public_stats_are_anyones_and_private_parts_the_owners() -> None:
    assert not readable_by_public(SITE, None).private
    assert not readable_by_public(SITE, "bob").private
    assert readable_by_public(SITE, "alice").private


def test_stats_that_are_not_public_are_as_missing_as_an_unknown_tracker() -> None:
    assert readable_by_public(PRIVATE, "alice").private
    messages = set()
    for site, viewer in ((PRIVATE, None), (PRIVATE, "bob"), (None, None), (None, "alice")):
        with pytest.raises(NotFound) as missing:
            readable_by_public(site, viewer)
        messages.add(missing.value.message)
    assert len(messages) == 1


def test_the_self_test_tracker_that_nobody_owns_is_nobodys() -> None:
    hidden = SiteConfig("ezi_000000000001", "self-test.invalid", "UTC", (), False, "")
    with pytest.raises(NotFound):
        readable_by_public(hidden, None)


def test_an_owner_reads_their_own_tracker_and_no_other(world: World) -> None:
    site = readable_by_owner(world.database, world.alice, world.hers.id)
    assert (site.site_id, site.private) == (world.hers.site_id, True)
    for tracker_id in (world.his.id, "not-a-uuid"):
        with pytest.raises(NotFound):
            readable_by_owner(world.database, world.alice, tracker_id)


def test_the_operator_reads_everything() -> None:
    assert readable_by_operator(PRIVATE).private


def _names(world: World, viewer: str, query: Any) -> set[str | None]:
    with seen_by(world.database, viewer) as session:
        return set(session.scalars(query))


def _state(world: World) -> list[tuple[str, str]]:
    query = sa.select(Tracker.name, Tracker.user_id).order_by(Tracker.created_at)
    with seen_by_service(world.database) as session:
        return [(name, owner) for name, owner in session.execute(query)]


def _refused(world: World, act: Callable[[Session], object]) -> None:
    def attempt() -> None:
        with seen_by(world.database, world.alice) as session:
            act(session)

    with pytest.raises(BeyondViewer):
        attempt()
    assert _state(world) == [("Hers", world.alice), ("His", world.bob)]


def _tracker(owner: str) -> Tracker:
    return Tracker(
        id="00000000-0000-4000-8000-000000000000", user_id=owner, name="x", domain="x.example",
        site_id="ezi_000000000009", timezone="UTC", hostnames=[], public_stats=True, created_at=9,
    )  # fmt: skip
