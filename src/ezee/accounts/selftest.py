"""The hidden tracker of ``ezee check``: counted like any other, seen by nobody."""

from __future__ import annotations

import secrets

import sqlalchemy as sa

from ezee.accounts.database import Database
from ezee.accounts.policy import seen_by_service
from ezee.accounts.tables import SelfTest
from ezee.model.site import SiteConfig


def self_test_site(database: Database) -> SiteConfig:
    """The tracker to send a test event to; made at the first call."""
    with seen_by_service(database) as session:
        site_id = session.scalar(sa.select(SelfTest.site_id))
        if site_id is None:
            site_id = f"ezi_{secrets.token_hex(6)}"
            session.add(SelfTest(site_id=site_id))
    return self_test_config(site_id)


def self_test_config(site_id: str) -> SiteConfig:
    """What collecting needs to know of it. Nobody owns it and its stats are not public."""
    return SiteConfig(
        site_id=site_id,
        domain="self-test.invalid",
        timezone="UTC",
        hostnames=(),
        public_stats=False,
        owner="",
    )
