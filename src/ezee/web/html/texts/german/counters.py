"""The gallery of counters."""

from __future__ import annotations

COUNTERS: dict[str, str | tuple[str, str]] = {
    "Counters": "Zähler",
    "A picture with a number in it, for any page. Choose how it looks, and copy the line.": (
        "Ein Bild mit einer Zahl darin, für jede Seite. Wählen Sie, wie es aussieht, und kopieren "
        "Sie die Zeile."
    ),
    "Tracker": "Tracker",
    "its counter is off": "sein Zähler ist aus",
    "A counter that is off shows dashes; a tracker’s settings turn it on.": (
        "Ein Zähler, der aus ist, zeigt Striche; die Einstellungen des Trackers schalten ihn ein."
    ),
    "Site id": "Site-Id",
    "Without one the preview shows a made-up number.": (
        "Ohne sie zeigt die Vorschau eine erfundene Zahl."
    ),
    "Page": "Seite",
    "Its path, such as <code>/guestbook.html</code>. Empty for the whole site.": (
        "Ihr Pfad, etwa <code>/guestbook.html</code>. Leer für die ganze Website."
    ),
    "Style": "Stil",
    "Form": "Form",
    "What is shown": "Was gezeigt wird",
    "Of which time": "Aus welcher Zeit",
    "Digits": "Ziffern",
    "Height": "Höhe",
    "Label": "Beschriftung",
    "Colour": "Farbe",
    "Background": "Hintergrund",
    "Count whoever looks": "Zählen, wer hinsieht",
    "Where no script runs; beside the script everybody would be counted twice.": (
        "Wo kein Skript läuft; neben dem Skript würden alle doppelt gezählt."
    ),
    "Make the counter": "Zähler erstellen",
    "Preview": "Vorschau",
    "On light": "Auf hellem Grund",
    "On dark": "Auf dunklem Grund",
    "Choose": "Wählen",
    "Pageviews": "Seitenaufrufe",
    "Visitors": "Besucher",
    "All time": "Gesamte Zeit",
    "Today": "Heute",
    "Yesterday": "Gestern",
    "The last 7 days": "Die letzten 7 Tage",
    "The last 30 days": "Die letzten 30 Tage",
    "The last 90 days": "Die letzten 90 Tage",
    "This month": "Dieser Monat",
    "Last month": "Letzter Monat",
    "This year": "Dieses Jahr",
    "The last 12 months": "Die letzten 12 Monate",
}
