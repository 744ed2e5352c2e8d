"""The Tokens tab."""

from __future__ import annotations

TOKENS: dict[str, str | tuple[str, str]] = {
    "New token": "Neuer Token",
    "A token lets a program read your stats and manage your trackers in your name. "
    "Treat it as a password.": (
        "Mit einem Token liest ein Programm in Ihrem Namen Statistiken und verwaltet Tracker. "
        "Behandeln Sie ihn wie ein Passwort."
    ),
    "Name": "Name",
    "For your reference only, such as the program that uses it.": (
        "Nur für Sie, etwa das Programm, das ihn benutzt."
    ),
    "It may": "Er darf",
    "read stats and trackers": "Statistiken und Tracker lesen",
    "add, change and delete trackers": "Tracker anlegen, ändern und löschen",
    "Choose at least one.": "Wählen Sie mindestens eines.",
    "It ends": "Er endet",
    "never": "nie",
    "after 30 days": "nach 30 Tagen",
    "after 90 days": "nach 90 Tagen",
    "after a year": "nach einem Jahr",
    "Make the token": "Token erzeugen",
    "Your token “{name}”": "Ihr Token „{name}“",
    "Copy it now. It will not be shown again: nobody can recover it, we do not have it either.": (
        "Kopieren Sie ihn jetzt. Er wird nicht noch einmal gezeigt: Niemand kann ihn "
        "wiederherstellen, auch wir haben ihn nicht."
    ),
    "The token": "Der Token",
    "I have copied it": "Ich habe ihn kopiert",
    "Regenerate “{name}”?": "„{name}“ erneuern?",
    "You get a brand-new token under the same name. The old one, {prefix}…, is refused from that "
    "moment on.": (
        "Sie bekommen einen ganz neuen Token unter demselben Namen. Der alte, {prefix}…, wird von "
        "da an abgewiesen."
    ),
    "Revoke “{name}”?": "„{name}“ widerrufen?",
    "The next request with {prefix}… is refused. This cannot be undone.": (
        "Die nächste Anfrage mit {prefix}… wird abgewiesen. Das lässt sich nicht rückgängig machen."
    ),
    "Regenerate": "Erneuern",
    "Revoke": "Widerrufen",
    "Regenerate {name}": "{name} erneuern",
    "Revoke {name}": "{name} widerrufen",
    "Your active tokens": "Ihre aktiven Tokens",
    "Token": "Token",
    "May": "Darf",
    "Created": "Erzeugt",
    "Last used": "Zuletzt benutzt",
    "Ends": "Endet",
    "ended": "abgelaufen",
    "Actions": "Aktionen",
    "read": "lesen",
    "write": "schreiben",
    "read and write": "lesen und schreiben",
    "No tokens yet": "Noch keine Tokens",
    "Make one for each program that is to speak to the API. You can revoke one without touching "
    "the others.": (
        "Erzeugen Sie einen für jedes Programm, das mit der API sprechen soll. Sie können einen "
        "widerrufen, ohne die anderen anzutasten."
    ),
}
