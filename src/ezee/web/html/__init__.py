"""Pages for people."""

from ezee.web.html import optout, preferences, settings, signing_in, tokens, trackers
from ezee.web.html.assets import asset
from ezee.web.html.overview import overview
from ezee.web.html.report import pages as report

ROUTES = (
    overview,
    signing_in.ask,
    signing_in.sign_in,
    signing_in.sign_out,
    trackers.ask_for_new,
    trackers.add,
    trackers.install,
    trackers.first_hit,
    trackers.archive,
    trackers.ask_before_deleting,
    trackers.delete,
    settings.show,
    settings.save,
    settings.sign,
    tokens.list_all,
    tokens.ask_for_new,
    tokens.make,
    tokens.ask_first,
    tokens.regenerate,
    tokens.revoke,
    report.report,
    report.whole_list,
    report.table_file,
    report.add_filter,
    report.now,
    preferences.choose_look,
    preferences.choose_language,
    optout.ask,
    optout.choose,
    asset,
)

__all__ = ["ROUTES"]
