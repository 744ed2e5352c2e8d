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
    "All pages": "Alle Seiten",
    "Countries by the statistics of the Number Resource Organization": (
        "Länder nach der Statistik der Number Resource Organization"
    ),
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
    # Opting a browser out of a site's numbers.
    "Opt out of {domain}": "Nicht gezählt werden auf {domain}",
    "Your own visits to {domain}": "Ihre eigenen Besuche auf {domain}",
    "Done. Visits with this browser are not counted any more.": (
        "Fertig. Besuche mit diesem Browser werden nicht mehr gezählt."
    ),
    "Done. Visits with this browser are counted again.": (
        "Fertig. Besuche mit diesem Browser werden wieder gezählt."
    ),
    "The first button gives this browser a cookie that says, for a year, that its visits to "
    "{domain} are not to be counted. It holds nothing else. The second one removes it.": (
        "Der erste Knopf gibt diesem Browser ein Cookie, das ein Jahr lang sagt, dass seine "
        "Besuche auf {domain} nicht gezählt werden sollen. Sonst steht nichts darin. Der zweite "
        "entfernt es."
    ),
    "Do not count my visits with this browser": "Meine Besuche mit diesem Browser nicht zählen",
    "Count them again": "Wieder zählen",
    "Some browsers do not send such a cookie from the pages of another site. Where visits are "
    "counted all the same, exclude your address in the tracker’s settings.": (
        "Manche Browser senden ein solches Cookie nicht von den Seiten einer anderen Website. Wo "
        "Besuche trotzdem gezählt werden, schließen Sie Ihre Adresse in den Einstellungen des "
        "Trackers aus."
    ),
    "E-mail": "E-Mail",
    "Password": "Passwort",
}
