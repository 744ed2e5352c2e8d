"""Trackers: all of them, adding one, its settings, its end."""

from __future__ import annotations

TRACKERS: dict[str, str | tuple[str, str]] = {
    # All of them.
    "Add a tracker": "Tracker hinzufügen",
    "nothing to compare with yet": "noch nichts zum Vergleichen",
    "more than in the 30 days before:": "mehr als in den 30 Tagen davor:",
    "fewer than in the 30 days before:": "weniger als in den 30 Tagen davor:",
    "as many as before": "so viele wie zuvor",
    "All trackers together": "Alle Tracker zusammen",
    "Visitors of all sites, the last 30 days": "Besucher aller Seiten, die letzten 30 Tage",
    "Demo": "Demo",
    "Settings of {name}": "Einstellungen von {name}",
    "The numbers cannot be read right now. Load the page again in a moment.": (
        "Die Zahlen lassen sich gerade nicht lesen. Laden Sie die Seite gleich noch einmal."
    ),
    "No visitors in the last 30 days.": "Keine Besucher in den letzten 30 Tagen.",
    "How to install it": "So wird er eingebaut",
    "visitors in 30 days": "Besucher in 30 Tagen",
    "Count your first site": "Zählen Sie Ihre erste Website",
    "Tell us its domain, put one line into its pages, and see the first visitor arrive. "
    "It takes a minute.": (
        "Nennen Sie uns die Domain, setzen Sie eine Zeile in die Seiten, und sehen Sie den ersten "
        "Besucher kommen. Es dauert eine Minute."
    ),
    "{n} archived tracker": ("{n} archivierter Tracker", "{n} archivierte Tracker"),
    "Bring back": "Zurückholen",
    "Back to the trackers": "Zurück zu den Trackern",
    # Their order.
    "Order": "Reihenfolge",
    "Order of the trackers": "Reihenfolge der Tracker",
    "As they stand here they stand on the overview. Each change is kept at once.": (
        "Wie sie hier stehen, stehen sie in der Übersicht. Jede Änderung gilt sofort."
    ),
    "Sort all by": "Alle sortieren nach",
    "name": "Name",
    "visitors": "Besuchern",
    "age": "Alter",
    "Done": "Fertig",
    "Move {name} to the top": "{name} ganz nach oben",
    "Move {name} up": "{name} nach oben",
    "Move {name} down": "{name} nach unten",
    # Adding one.
    "Domain": "Domain",
    "The site that is counted, such as example.com. Hosts below it can be added later.": (
        "Die Website, die gezählt wird, etwa example.com. Weitere Hosts können später dazukommen."
    ),
    "What you call it. Left empty, it is called by its domain.": (
        "Wie Sie ihn nennen. Bleibt es leer, heißt er wie die Domain."
    ),
    "Time zone": "Zeitzone",
    "When a day begins. It cannot change once there are hits.": (
        "Wann ein Tag beginnt. Sobald Aufrufe da sind, lässt sie sich nicht mehr ändern."
    ),
    "Anyone may read its stats": "Jeder darf die Statistik lesen",
    "By its site id, through the public API. You can change this at any time.": (
        "Über die öffentliche API, mit der site_id. Sie können das jederzeit ändern."
    ),
    "By its site id, through the public API.": "Über die öffentliche API, mit der site_id.",
    "Add the tracker": "Tracker anlegen",
    # Installing it.
    "Report": "Bericht",
    "Installation": "Einbau",
    "Put this line into every page of {domain}": "Diese Zeile kommt in jede Seite von {domain}",
    "It belongs into the <code>head</code> of the page, before <code>&lt;/head&gt;</code>. Most "
    "systems have one place for it: a layout, a theme’s header, or a field for scripts.": (
        "Sie gehört in den <code>head</code> der Seite, vor <code>&lt;/head&gt;</code>. Die "
        "meisten Systeme haben eine Stelle dafür: ein Layout, ein Theme oder ein Feld für "
        "Skripte."
    ),
    "The line of HTML": "Die Zeile HTML",
    "It sets no cookie and keeps nothing in the browser, so no banner is needed for it.": (
        "Sie setzt kein Cookie und legt nichts im Browser ab; sie braucht also kein Banner."
    ),
    "It counts": "Es zählt",
    "{n} hit has arrived.": ("{n} Aufruf ist angekommen.", "{n} Aufrufe sind angekommen."),
    "See the report": "Zum Bericht",
    "Waiting for the first hit": "Warten auf den ersten Aufruf",
    "Open a page of your site with the line in it. This turns green by itself.": (
        "Öffnen Sie eine Seite mit dieser Zeile. Hier wird es von selbst grün."
    ),
    "Look again": "Noch einmal nachsehen",
    # Deleting it.
    "Delete {name}?": "{name} löschen?",
    "The tracker goes with all it has counted: {n} hit. This cannot be undone, and nobody can "
    "bring it back.": (
        "Der Tracker geht mit allem, was er gezählt hat: {n} Aufruf. Das lässt sich nicht "
        "rückgängig machen, niemand kann es zurückholen.",
        "Der Tracker geht mit allem, was er gezählt hat: {n} Aufrufe. Das lässt sich nicht "
        "rückgängig machen, niemand kann es zurückholen.",
    ),
    "To keep it out of sight, archive it instead.": (
        "Um ihn nur aus dem Blick zu haben, archivieren Sie ihn."
    ),
    "Type {domain} to go on": "Tippen Sie {domain}, um fortzufahren",
    "Delete for good": "Endgültig löschen",
    "Deleted": "Gelöscht",
    "{name} is deleted": "{name} ist gelöscht",
    "{n} hit of {domain} was erased from the disk.": (
        "{n} Aufruf von {domain} wurde von der Platte gelöscht.",
        "{n} Aufrufe von {domain} wurden von der Platte gelöscht.",
    ),
    # Its settings.
    "Saved. It holds from the next hit on.": "Gespeichert. Es gilt ab dem nächsten Aufruf.",
    "Nothing was saved yet: see below.": "Noch ist nichts gespeichert: siehe unten.",
    "Settings": "Einstellungen",
    "General": "Allgemein",
    "Sharing": "Freigabe",
    "Privacy": "Datenschutz",
    "Pages": "Seiten",
    "Not counted": "Nicht gezählt",
    "Keys and links": "Schlüssel und Links",
    "Link to the report": "Link zum Bericht",
    "Saved. It holds from now on.": "Gespeichert. Es gilt ab jetzt.",
    "Whoever has the link sees the report, without an account. Properties, revenue and what was "
    "not counted are left out, and nothing can be changed.": (
        "Wer den Link hat, sieht den Bericht, ohne Konto. Eigenschaften, Umsatz und was nicht "
        "gezählt wurde, fehlen darin, und ändern lässt sich nichts."
    ),
    "The link to the report": "Der Link zum Bericht",
    "This puts the report into a page of yours:": "Damit steht der Bericht in einer Ihrer Seiten:",
    "The HTML of the report in a page": "Das HTML für den Bericht in einer Seite",
    "Make a link": "Link anlegen",
    "Make a new link": "Neuen Link anlegen",
    "Turn the link off": "Link abschalten",
    "It shows annotations": "Er zeigt Anmerkungen",
    "What you wrote about days, as flags on the chart.": (
        "Was Sie zu Tagen geschrieben haben, als Fähnchen am Diagramm."
    ),
    "With a new link the one before opens nothing any more.": (
        "Mit einem neuen Link führt der vorige nirgends mehr hin."
    ),
    "Password of the link": "Passwort des Links",
    "There is one. Who gave it before has to give the new one.": (
        "Es gibt eines. Wer es schon eingegeben hat, muss das neue eingeben."
    ),
    "There is none: the link alone is enough. With one, the report cannot be put into a page.": (
        "Es gibt keines: Der Link allein genügt. Mit einem lässt sich der Bericht nicht in eine "
        "Seite setzen."
    ),
    "Set the password": "Passwort setzen",
    "Remove the password": "Passwort entfernen",
    "Archive, delete": "Archivieren, löschen",
    "What is counted, and what you call it.": "Was gezählt wird, und wie Sie es nennen.",
    "Further hosts": "Weitere Hosts",
    "One a line. Hits from any other host than these and the domain are not counted.": (
        "Einer je Zeile. Aufrufe von anderen Hosts als diesen und der Domain zählen nicht."
    ),
    "What others may see.": "Was andere sehen dürfen.",
    "Show a counter": "Einen Zähler zeigen",
    "Anyone may see its numbers as a picture, even where the stats are private.": (
        "Jeder darf die Zahlen als Bild sehen, auch wenn die Statistik privat ist."
    ),
    "The counter begins at": "Der Zähler beginnt bei",
    "What an earlier counter had already. It is added to the number of all time.": (
        "Was ein früherer Zähler schon hatte. Es kommt zur Gesamtzahl hinzu."
    ),
    "Whose wish not to be counted is heard, and how closely places are kept.": (
        "Wessen Wunsch, nicht gezählt zu werden, gehört wird, und wie genau Orte bleiben."
    ),
    "Heed Global Privacy Control": "Global Privacy Control beachten",
    "Browsers that send <code>Sec-GPC: 1</code> are not counted.": (
        "Browser, die <code>Sec-GPC: 1</code> senden, zählen nicht."
    ),
    "Heed Do Not Track": "Do Not Track beachten",
    "Browsers that send <code>DNT: 1</code> are not counted.": (
        "Browser, die <code>DNT: 1</code> senden, zählen nicht."
    ),
    "Places are kept as": "Orte bleiben als",
    "countries": "Länder",
    "countries and regions": "Länder und Regionen",
    "countries, regions and cities": "Länder, Regionen und Städte",
    "Regions and cities need a database of places on the server.": (
        "Regionen und Städte brauchen eine Datenbank der Orte auf dem Server."
    ),
    "What of an address tells one page from another. Changes hold for new hits.": (
        "Was an einer Adresse Seiten unterscheidet. Änderungen gelten für neue Aufrufe."
    ),
    "Parameters that are kept": "Parameter, die bleiben",
    "One a line, such as <code>q</code>. The rest of the query is dropped.": (
        "Einer je Zeile, etwa <code>q</code>. Der Rest der Abfrage fällt weg."
    ),
    "Pages shown as one": "Seiten, die als eine gelten",
    "One pattern a line, such as <code>/user/*/posts</code>. The first that fits is taken.": (
        "Ein Muster je Zeile, etwa <code>/user/*/posts</code>. Das erste, das passt, gilt."
    ),
    "The part behind # names pages": "Der Teil hinter # benennt Seiten",
    "For sites that put their routes there.": "Für Websites, deren Routen dort stehen.",
    "Drop the slash at the end": "Den Schrägstrich am Ende weglassen",
    "/blog/ and /blog are then one page.": "/blog/ und /blog sind dann eine Seite.",
    "Hits that fit any of these are dropped, and appear in the report under “Not counted”.": (
        "Aufrufe, auf die etwas davon passt, zählen nicht und stehen im Bericht unter „Nicht "
        "gezählt“."
    ),
    "Addresses and networks": "Adressen und Netze",
    "One a line, such as <code>192.0.2.0/24</code>: your own office.": (
        "Eines je Zeile, etwa <code>192.0.2.0/24</code>: Ihr eigenes Büro."
    ),
    "Paths": "Pfade",
    "One a line, such as <code>/admin/**</code>.": "Einer je Zeile, etwa <code>/admin/**</code>.",
    "Countries": "Länder",
    "Two letters a line, such as <code>DE</code>.": (
        "Zwei Buchstaben je Zeile, etwa <code>DE</code>."
    ),
    "Parts of agent strings": "Teile von Browserkennungen",
    "One a line, such as the name of your monitoring.": (
        "Einer je Zeile, etwa der Name Ihrer Überwachung."
    ),
    "Hosts": "Hosts",
    "One a line, such as <code>*.preview.example.com</code>.": (
        "Einer je Zeile, etwa <code>*.preview.example.com</code>."
    ),
    "How long hits are kept": "Wie lange Aufrufe bleiben",
    "What hits add up to stays for ever: the numbers of each day, and its pages, sources, "
    "countries and devices.": (
        "Was Aufrufe ergeben, bleibt für immer: die Zahlen jedes Tages, seine Seiten, Quellen, "
        "Länder und Geräte."
    ),
    "Save, and remove them": "Speichern und entfernen",
    "This removes {n} hit from before {day} for good.": (
        "Das entfernt {n} Aufruf aus der Zeit vor dem {day} endgültig.",
        "Das entfernt {n} Aufrufe aus der Zeit vor dem {day} endgültig.",
    ),
    "Only a backup brings them back.": "Nur eine Sicherung bringt sie zurück.",
    "Months for which hits are kept": "Monate, die Aufrufe bleiben",
    "Empty is for ever. Of days before, reports by the hour, by properties, or by two things at "
    "once cannot be asked any more.": (
        "Leer heißt für immer. Zu früheren Tagen gibt es dann keine Berichte mehr nach Stunden, "
        "nach Eigenschaften oder nach zwei Dingen zugleich."
    ),
    "Hits are kept from {day} on.": "Aufrufe sind ab dem {day} noch da.",
    "Copy the secret now. It is stored nowhere and will not be shown again.": (
        "Kopieren Sie das Geheimnis jetzt. Es wird nirgends gespeichert und nicht noch einmal "
        "gezeigt."
    ),
    "The signing secret": "Das Signaturgeheimnis",
    "Signing is off.": "Signieren ist aus.",
    "With a signing secret your own server can vouch for hits; they are counted in a verified "
    "lane of their own.": (
        "Mit einem Signaturgeheimnis bürgt Ihr eigener Server für Aufrufe; sie werden in einer "
        "eigenen, geprüften Spur gezählt."
    ),
    "There is one.": "Es gibt eines.",
    "There is none.": "Es gibt keines.",
    "Replace the secret": "Geheimnis ersetzen",
    "Make a signing secret": "Signaturgeheimnis erzeugen",
    "Turn signing off": "Signieren abschalten",
    "With this link you keep a browser’s visits to your site from being counted:": (
        "Mit diesem Link zählen die Besuche eines Browsers auf Ihrer Website nicht:"
    ),
    "The opt-out link": "Der Abmeldelink",
    "An archived tracker leaves the overview. It keeps its numbers and counts on.": (
        "Ein archivierter Tracker verlässt die Übersicht. Er behält seine Zahlen und zählt weiter."
    ),
    "Archive": "Archivieren",
    "Deleting takes everything that was counted with it.": (
        "Löschen nimmt alles mit, was gezählt wurde."
    ),
    "Delete…": "Löschen …",
    # Counters of earlier days, and other trackers.
    "Choose a counter for your pages": "Einen Zähler für Ihre Seiten aussuchen",
    "Pages that still ask <code>/count.php?page=…</code> for a counter of earlier days show one "
    "again, once its number is yours.": (
        "Seiten, die noch <code>/count.php?page=…</code> nach einem Zähler von früher fragen, "
        "zeigen wieder einen, sobald seine Nummer Ihnen gehört."
    ),
    "Number": "Nummer",
    "It had before": "Stand davor",
    "all pages": "alle Seiten",
    "Give up": "Aufgeben",
    "Give {number} up": "{number} aufgeben",
    "What stands behind <code>page=</code> in the old address.": (
        "Was in der alten Adresse hinter <code>page=</code> steht."
    ),
    "The number it showed last. New hits are added to it.": (
        "Was er zuletzt zeigte. Neue Aufrufe kommen hinzu."
    ),
    "Claim the number": "Nummer übernehmen",
    "Other trackers": "Andere Tracker",
    "Pages and programs that still speak to another tracker may be counted here. These are the "
    "ids that they send.": (
        "Seiten und Programme, die noch mit einem anderen Tracker sprechen, können hier gezählt "
        "werden. Dies sind die Kennungen, die sie senden."
    ),
    "Ids": "Kennungen",
    "One a line, with the tracker’s name before it: <code>matomo:7</code>, "
    "<code>umami:978435e2-…</code>, <code>goatcounter:blog</code>, "
    "<code>plausible:example.com</code>.": (
        "Eine je Zeile, davor der Name des Trackers: <code>matomo:7</code>, "
        "<code>umami:978435e2-…</code>, <code>goatcounter:blog</code>, "
        "<code>plausible:example.com</code>."
    ),
}
