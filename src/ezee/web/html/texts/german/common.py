"""What every page says: its head and foot, errors, signing in."""

from __future__ import annotations

COMMON: dict[str, str | tuple[str, str]] = {
    "just now": "gerade eben",
    "Skip to the content": "Zum Inhalt springen",
    "Main": "Hauptmenü",
    "Trackers": "Tracker",
    "Tokens": "Tokens",
    "Account": "Konto",
    "API": "API",
    "Documentation": "Dokumentation",
    "Your account": "Ihr Konto",
    "Signed in as {email}": "Angemeldet als {email}",
    "Sign out": "Abmelden",
    "Sign in": "Anmelden",
    "Dark": "Dunkel",
    "Light": "Hell",
    "As the system": "Wie das System",
    "Look": "Aussehen",
    "Language": "Sprache",
    "Version {version}": "Version {version}",
    "Copy": "Kopieren",
    "Copied": "Kopiert",
    "Cancel": "Abbrechen",
    "Save": "Speichern",
    "Close": "Schließen",
    "There is nothing here": "Hier ist nichts",
    "The address may be mistyped, or what was here is gone, or it belongs to somebody else.": (
        "Vielleicht ist die Adresse vertippt, oder was hier war ist fort, oder es gehört "
        "jemand anderem."
    ),
    "That is not possible here": "Das geht hier nicht",
    "Something went wrong on our side": "Bei uns ist etwas schiefgegangen",
    "Back in a moment": "Gleich wieder da",
    "Too many tries": "Zu viele Versuche",
    "Something is not right": "Etwas stimmt nicht",
    "Back to the start": "Zurück zum Anfang",
    "E-mail": "E-Mail",
    "Password": "Passwort",
}
