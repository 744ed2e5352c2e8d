"""What a sender is told about a wrong field, in words of our own."""

from __future__ import annotations

EXPECTED = {
    "site_id": "must be the tracker's id: ezi_ and 12 lower-case hex digits",
    "url": "must be an http(s) address or a path starting with /, of at most 8,192 characters",
    "name": "must be text of 1 to 120 characters",
    "referrer": "must be text of at most 8,192 characters",
    "title": "must be text",
    "screen_width": "must be a whole number of pixels, 0 or more",
    "language": "must be a language tag such as en or pt-BR",
    "props": "must be an object of up to 30 text, number or boolean values, "
    "its keys of 1 to 64 letters, digits, dots, hyphens and underscores",
    "interactive": "must be true or false",
    "value": "must be a number between -1,000,000,000,000 and 1,000,000,000,000",
    "currency": "must be an ISO 4217 code such as EUR, and stand beside value",
    "timestamp": "must be an ISO 8601 time such as 2026-10-25T14:00:00Z",
    "id": "must be text of 1 to 64 characters",
    "client_ip": "must be an IPv4 or IPv6 address",
    "user_agent": "must be text of at most 2,000 characters",
    "opt_out": "must be text of at most 64 characters",
    "stamp": "must be text of at most 100 characters",
    "events": "must be a list of 1 to 500 events",
}
NOT_JSON = "The body is not valid JSON in UTF-8."
NOT_AN_OBJECT = "An event must be a JSON object."
TOO_DEEP = "The body is nested too deeply."
CONTROL = "must not contain control characters or lone surrogates"
OWNER_ONLY = "is honoured with the owner's Bearer token only"
TOO_EARLY_PUBLIC = "must not lie more than 24 hours in the past without the owner's Bearer token"
TOO_EARLY = "must not lie before 1995-01-01"
