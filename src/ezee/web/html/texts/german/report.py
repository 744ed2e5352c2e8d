"""What the report of a tracker says."""

from __future__ import annotations

REPORT: dict[str, str | tuple[str, str]] = {
    # Behind a link.
    "Counted by ezee, without cookies": "Gezählt von ezee, ohne Cookies",
    "This report has a password": "Dieser Bericht hat ein Passwort",
    "Ask whoever gave you the link.": "Fragen Sie, wer Ihnen den Link gegeben hat.",
    "Open the report": "Bericht öffnen",
    "Show the report": "Bericht zeigen",
    "The newest numbers cannot be loaded; these are from": (
        "Die neuesten Zahlen können nicht geladen werden; diese sind von"
    ),
    "That could not be loaded; this is what was there before.": (
        "Das konnte nicht geladen werden; hier steht noch, was zuvor da war."
    ),
    "not live": "nicht live",
    "Annotations": "Anmerkungen",
    "{n} annotation": ("{n} Anmerkung", "{n} Anmerkungen"),
    "Annotate a day": "Einen Tag anmerken",
    "Day": "Tag",
    "What happened": "Was geschah",
    "Change": "Ändern",
    "Try again": "Noch einmal versuchen",
    "Nothing has been counted yet": "Noch wurde nichts gezählt",
    "Put this line into your pages, before <code>&lt;/head&gt;</code>. The first visit shows up "
    "here by itself.": (
        "Setzen Sie diese Zeile in Ihre Seiten, vor <code>&lt;/head&gt;</code>. Der erste Besuch "
        "erscheint hier von selbst."
    ),
    "It belongs into every page: into a layout, a theme’s header, or a field for scripts.": (
        "Sie gehört in jede Seite: in ein Layout, ein Theme oder ein Feld für Skripte."
    ),
    "Other trackers": "Andere Tracker",
    "All trackers": "Alle Tracker",
    "How this is counted": "Wie das gezählt wird",
    "What the numbers mean": "Was die Zahlen bedeuten",
    "Visitors who opened the page, and which part of all visitors they are. Whoever opens several "
    "is in several rows. Entry and exit are the first and the last page of a visit.": (
        "Besucher, die die Seite öffneten, und welcher Teil aller Besucher das ist. Wer mehrere "
        "öffnet, steht in mehreren Zeilen. Einstieg und Ausstieg sind die erste und die letzte "
        "Seite eines Besuchs."
    ),
    "Where visits came from: the site that linked here, its kind, or the campaign in the link’s "
    "address. “Direct” told nothing.": (
        "Woher Besuche kamen: die Website, die hierher verwies, ihre Art, oder die Kampagne in "
        "der Adresse des Links. „Direct“ sagte nichts."
    ),
    "Countries are found from the address while a hit is read; the address is then forgotten. "
    "Languages are those that browsers ask for.": (
        "Länder werden aus der Adresse bestimmt, während ein Aufruf gelesen wird; danach ist die "
        "Adresse vergessen. Sprachen sind die, um die Browser bitten."
    ),
    "What browsers say of themselves, and how wide their screens are.": (
        "Was Browser von sich sagen, und wie breit ihre Bildschirme sind."
    ),
    "What your pages report beside pageviews: visitors who did it, what their events carried, and "
    "what these were worth.": (
        "Was Ihre Seiten neben Seitenaufrufen melden: Besucher, die es taten, was ihre Ereignisse "
        "mit sich trugen, und was sie wert waren."
    ),
    "Hits that came and are in none of the numbers here, by why.": (
        "Aufrufe, die kamen und in keiner der Zahlen hier stecken, nach dem Grund."
    ),
    "Property": "Eigenschaft",
    "No event had properties in this time. They are what events carry, such as "
    "<code>plan</code>.": (
        "Kein Ereignis hatte in dieser Zeit Eigenschaften. Die tragen Ereignisse mit sich, etwa "
        "<code>plan</code>."
    ),
    "Totals": "Summen",
    "more than before:": "mehr als zuvor:",
    "less than before:": "weniger als zuvor:",
    "as much as before": "so viel wie zuvor",
    "nothing before ({span})": "zuvor nichts ({span})",
    "dashed: {span}": "gestrichelt: {span}",
    "Visitors by country": "Besucher nach Land",
    "No event has brought revenue in this time. An event with a <code>value</code> and a "
    "<code>currency</code> does.": (
        "Kein Ereignis brachte in dieser Zeit Umsatz. Eines mit <code>value</code> und "
        "<code>currency</code> tut es."
    ),
    "Show": "Zeigen",
    "All {n}": "Alle {n}",
    "Nothing in this time.": "Nichts in dieser Zeit.",
    "Not kept of days before {day}.": "Von Tagen vor dem {day} nicht mehr da.",
    "Show it from {day} on": "Ab dem {day} zeigen",
    "This cannot be shown for days before {day}: of those only what they add up to is kept.": (
        "Das lässt sich für Tage vor dem {day} nicht zeigen: Von ihnen ist nur noch da, was sie "
        "zusammen ergeben."
    ),
    "Not counted": "Nicht gezählt",
    "Not counted: {n} hit": ("Nicht gezählt: {n} Aufruf", "Nicht gezählt: {n} Aufrufe"),
    "Why?": "Warum?",
    "Everything that came was counted.": "Alles, was kam, wurde gezählt.",
    "Of whole days, whatever filters are chosen.": (
        "Von ganzen Tagen, gleich welche Filter gewählt sind."
    ),
    "Keyboard shortcuts": "Tastenkürzel",
    "This sheet": "Dieses Blatt",
    "Read the chart, once it is chosen": "Das Diagramm ablesen, wenn es gewählt ist",
    "Choose a stretch of it": "Einen Abschnitt davon wählen",
    "Zoom into what is read or chosen": "In das Abgelesene oder Gewählte hineinzoomen",
    "Today, 7 days, 30 days, 12 months": "Heute, 7 Tage, 30 Tage, 12 Monate",
    "Add a filter": "Einen Filter hinzufügen",
    "Remove all filters": "Alle Filter entfernen",
    "click": "Klick",
    "Leave a row out": "Eine Zeile ausschließen",
    "The chart’s numbers": "Die Zahlen des Diagramms",
    "When": "Wann",
    "Before": "Zuvor",
    "so far": "bis jetzt",
    "Chosen days": "Gewählte Tage",
    "From": "Von",
    "to": "bis",
    "Filter": "Filter",
    "What": "Was",
    "How": "Wie",
    "Value": "Wert",
    "Add filter": "Filter hinzufügen",
    "Settings": "Einstellungen",
    "Filters": "Filter",
    "Remove this filter": "Diesen Filter entfernen",
    "Remove all": "Alle entfernen",
    "Start anew": "Neu beginnen",
    "Search": "Suchen",
    "Back to the report": "Zurück zum Bericht",
    "Previous": "Zurück",
    "Next": "Weiter",
    "Visitors in the last five minutes": "Besucher in den letzten fünf Minuten",
    "{n} visitor now": ("{n} Besucher jetzt", "{n} Besucher jetzt"),
    "Visitors": "Besucher",
    "Visits": "Besuche",
    "Pageviews": "Seitenaufrufe",
    "Events": "Ereignisse",
    "Views per visit": "Aufrufe je Besuch",
    "Bounce rate": "Absprungrate",
    "Visit duration": "Besuchsdauer",
    "People, each counted once a day.": "Menschen, jeder einmal am Tag gezählt.",
    "Times somebody came: 30 minutes apart.": (
        "Wie oft jemand kam: mit 30 Minuten Abstand dazwischen."
    ),
    "Pages that were opened.": "Seiten, die geöffnet wurden.",
    "Pageviews divided by visits.": "Seitenaufrufe geteilt durch Besuche.",
    "Share of visits that saw one page and did nothing else.": (
        "Anteil der Besuche, die eine Seite sahen und sonst nichts taten."
    ),
    "Mean time from a visit’s first event to its last.": (
        "Mittlere Zeit vom ersten Ereignis eines Besuchs bis zum letzten."
    ),
    "Pages": "Seiten",
    "Entry pages": "Einstiegsseiten",
    "Exit pages": "Ausstiegsseiten",
    "Sources": "Quellen",
    "Channels": "Kanäle",
    "Referrers": "Verweise",
    "Campaign sources": "Kampagnenquellen",
    "Campaign media": "Kampagnenmedien",
    "Campaigns": "Kampagnen",
    "Campaign terms": "Kampagnenbegriffe",
    "Campaign contents": "Kampagneninhalte",
    "Countries": "Länder",
    "Regions": "Regionen",
    "Cities": "Orte",
    "Browsers": "Browser",
    "Systems": "Systeme",
    "Devices": "Geräte",
    "Screens": "Bildschirme",
    "Languages": "Sprachen",
    "Map": "Karte",
    "Properties": "Eigenschaften",
    "Revenue": "Umsatz",
    "Page": "Seite",
    "Entry page": "Einstiegsseite",
    "Exit page": "Ausstiegsseite",
    "Source": "Quelle",
    "Channel": "Kanal",
    "Referrer": "Verweis",
    "Campaign source": "Kampagnenquelle",
    "Campaign medium": "Kampagnenmedium",
    "Campaign": "Kampagne",
    "Campaign term": "Kampagnenbegriff",
    "Campaign content": "Kampagneninhalt",
    "Country": "Land",
    "Region": "Region",
    "City": "Ort",
    "Browser": "Browser",
    "System": "System",
    "Device": "Gerät",
    "Screen": "Bildschirm",
    "Event": "Ereignis",
    "What they looked at": "Was sie ansahen",
    "Where they came from": "Woher sie kamen",
    "Where they are": "Wo sie sind",
    "What they use": "Was sie benutzen",
    "What they did": "Was sie taten",
    "Today": "Heute",
    "Yesterday": "Gestern",
    "Last 24 hours": "Letzte 24 Stunden",
    "7 days": "7 Tage",
    "30 days": "30 Tage",
    "90 days": "90 Tage",
    "This month": "Dieser Monat",
    "Last month": "Letzter Monat",
    "This year": "Dieses Jahr",
    "12 months": "12 Monate",
    "All time": "Gesamte Zeit",
    "Hours": "Stunden",
    "Days": "Tage",
    "Weeks": "Wochen",
    "Months": "Monate",
    "Period before": "Zeitraum davor",
    "Year before": "Jahr davor",
    "No comparison": "Kein Vergleich",
    "is": "ist",
    "is not": "ist nicht",
    "contains": "enthält",
    "does not contain": "enthält nicht",
    "matches": "passt auf",
    "Bots": "Bots",
    "Excluded by you": "Von Ihnen ausgeschlossen",
    "Opted out": "Widersprochen",
    "Sent twice": "Doppelt gesendet",
    "Another host": "Anderer Host",
    "Too old to keep": "Zu alt zum Aufbewahren",
    "Malformed": "Fehlerhaft",
    "Desktop": "Desktop",
    "Phone": "Telefon",
    "Tablet": "Tablet",
    "Television": "Fernseher",
    "Other": "Andere",
    "Below 576 px": "Unter 576 px",
    "576 to 767 px": "576 bis 767 px",
    "768 to 991 px": "768 bis 991 px",
    "992 to 1,199 px": "992 bis 1.199 px",
    "1,200 to 1,599 px": "1.200 bis 1.599 px",
    "1,600 px and more": "1.600 px und mehr",
    "(none)": "(keine)",
    "(unknown)": "(unbekannt)",
    "Share": "Anteil",
    "Privacy": "Datenschutz",
}
