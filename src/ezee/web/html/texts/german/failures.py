"""What failures say. Places such as ``{text}`` stand for any text, ``{n}`` for a whole number."""

from __future__ import annotations

FAILURES: dict[str, str] = {
    "Say where the tracker is to be moved.": "Sagen Sie, wohin der Tracker soll.",
    # Of the request as a whole.
    "Something failed on our side. Try again in a moment.": (
        "Bei uns ist etwas schiefgegangen. Versuchen Sie es gleich noch einmal."
    ),
    "The request is not valid.": "Die Anfrage ist ungültig.",
    "Missing or invalid Bearer token. Create one in your dashboard under the Tokens tab.": (
        "Das Bearer-Token fehlt oder ist ungültig. Legen Sie eines unter „Tokens“ an."
    ),
    "This token may not do that.": "Dieses Token darf das nicht.",
    "There is nothing here, or your token has no access to it.": (
        "Hier ist nichts, oder es gehört jemand anderem."
    ),
    "The change contradicts what is already there.": (
        "Die Änderung widerspricht dem, was schon da ist."
    ),
    "This method is not answered here.": "Diese Methode wird hier nicht beantwortet.",
    "This method is not answered here. Use {methods}.": (
        "Diese Methode wird hier nicht beantwortet, wohl aber {methods}."
    ),
    "The body is larger than 1 MiB.": "Der Inhalt ist größer als 1 MiB.",
    "Send the body as application/json.": "Senden Sie den Inhalt als application/json.",
    "Too many requests. Try again in {n} second.": (
        "Zu viele Anfragen. Versuchen Sie es in {n} Sekunde noch einmal."
    ),
    "Too many requests. Try again in {n} seconds.": (
        "Zu viele Anfragen. Versuchen Sie es in {n} Sekunden noch einmal."
    ),
    "This cannot be stored safely right now. Nothing was recorded; try again shortly.": (
        "Das kann gerade nicht sicher gespeichert werden. Nichts wurde aufgenommen; versuchen Sie "
        "es gleich noch einmal."
    ),
    "The account database does not answer right now.": (
        "Die Datenbank der Konten antwortet gerade nicht."
    ),
    "The account database cannot be written to right now.": (
        "In die Datenbank der Konten kann gerade nicht geschrieben werden."
    ),
    "Accounts have moved to another database, which will be used in a moment. Nothing was "
    "changed; try again shortly.": (
        "Die Konten sind in eine andere Datenbank umgezogen, die gleich benutzt wird. Nichts wurde "
        "geändert; versuchen Sie es gleich noch einmal."
    ),
    "Sign in first.": "Melden Sie sich zuerst an.",
    "This form was open for too long, or it did not come from this site. Nothing was changed: "
    "go back, load the page again, and send it once more.": (
        "Dieses Formular war zu lange offen, oder es kam nicht von dieser Seite. Nichts wurde "
        "geändert: Gehen Sie zurück, laden Sie die Seite neu und senden Sie es noch einmal."
    ),
    "The form is larger than 256 KiB.": "Das Formular ist größer als 256 KiB.",
    "A form is sent as application/x-www-form-urlencoded.": (
        "Ein Formular wird als application/x-www-form-urlencoded gesendet."
    ),
    "The form cannot be read.": "Das Formular kann nicht gelesen werden.",
    # Of accounts.
    "There is a user {email} already.": "Es gibt schon ein Konto mit {email}.",
    "must be an address such as owner@example.com": (
        "muss eine Adresse sein wie owner@example.com"
    ),
    "must be {plan} or {other}": "muss {plan} oder {other} sein",
    "must have {n} to {n2} characters": "muss {n} bis {n2} Zeichen haben",
    "must be up to {n} printable characters": "darf bis zu {n} druckbare Zeichen haben",
    "must be text of 1 to {n} printable characters": (
        "muss ein Text von 1 bis {n} druckbaren Zeichen sein"
    ),
    "Address or password is wrong.": "Adresse oder Passwort ist falsch.",
    "This is not your password.": "Das ist nicht Ihr Passwort.",
    "This password is not right.": "Dieses Passwort stimmt nicht.",
    "Type the address exactly as it stands above.": "Tippen Sie die Adresse genau wie oben.",
    "Type the domain exactly as it stands above.": "Tippen Sie die Domain genau wie oben.",
    "This code is not right, or it was used before.": (
        "Dieser Code stimmt nicht oder wurde schon benutzt."
    ),
    "This code is not right, or it was used before. A new one comes every 30 seconds.": (
        "Dieser Code stimmt nicht oder wurde schon benutzt. Alle 30 Sekunden kommt ein neuer."
    ),
    "The second step is on already. Turn it off first.": (
        "Der zweite Schritt ist schon an. Schalten Sie ihn zuerst aus."
    ),
    "The passkey was not accepted. Try again.": (
        "Der Passkey wurde nicht angenommen. Versuchen Sie es noch einmal."
    ),
    "An account has up to {n} passkeys.": "Ein Konto hat bis zu {n} Passkeys.",
    "That took too long. Try again.": "Das hat zu lange gedauert. Versuchen Sie es noch einmal.",
    "This link does not work any more. A link works once, for a day; ask for a new one.": (
        "Dieser Link gilt nicht mehr. Ein Link gilt einmal und einen Tag lang; fordern Sie einen "
        "neuen an."
    ),
    "This report has a password. Open it by its link first.": (
        "Dieser Bericht hat ein Passwort. Öffnen Sie ihn zuerst über seinen Link."
    ),
    "There is nothing here. An opt-out link must be copied whole.": (
        "Hier ist nichts. Ein Abmeldelink muss ganz kopiert werden."
    ),
    "must be no or yes": "muss no oder yes sein",
    "There is no tracker with this site_id, or its stats are not public.": (
        "Es gibt keinen Tracker mit dieser site_id, oder seine Zahlen sind nicht öffentlich."
    ),
    # Of tokens.
    "must lie in the future": "muss in der Zukunft liegen",
    "The scope is read, write or both.": "Ein Token darf lesen, schreiben oder beides.",
    "is read, write or both": "ist read, write oder beides",
    "is one of those in the list": "ist eines aus der Liste",
    # Of trackers and their rules.
    "This account has a tracker for {domain} already.": (
        "Dieses Konto hat schon einen Tracker für {domain}."
    ),
    "The time zone cannot change once the tracker has events.": (
        "Die Zeitzone kann sich nicht ändern, sobald der Tracker etwas gezählt hat."
    ),
    "The alias {alias} is another tracker's.": "Der Alias {alias} gehört einem anderen Tracker.",
    "The number {number} is not claimed.": "Die Nummer {number} ist nicht übernommen.",
    "The number {number} is claimed for another tracker.": (
        "Die Nummer {number} ist schon für einen anderen Tracker übernommen."
    ),
    "This account has {n} old counters, which is as many as it may.": (
        "Dieses Konto hat {n} alte Zähler; mehr dürfen es nicht sein."
    ),
    "This tracker has {n} annotations, the most it may have.": (
        "Dieser Tracker hat {n} Anmerkungen; mehr dürfen es nicht sein."
    ),
    "is required": "fehlt",
    "is there already": "ist schon da",
    "must be an object": "muss ein Objekt sein",
    "must be true or false": "muss true oder false sein",
    "is no setting; there are {names}": "ist keine Einstellung; es gibt {names}",
    "must be a host such as example.com": "muss ein Host sein wie example.com",
    "must be a time zone of the IANA database, such as Europe/Berlin": (
        "muss eine Zeitzone der IANA-Datenbank sein wie Europe/Berlin"
    ),
    "must be a list of up to {n} hosts such as shop.example.com": (
        "darf eine Liste von bis zu {n} Hosts sein wie shop.example.com"
    ),
    "must be a list of up to {n} addresses or networks such as 192.0.2.0/24, without zones such "
    "as %eth0": (
        "darf eine Liste von bis zu {n} Adressen oder Netzen sein wie 192.0.2.0/24, ohne Zonen "
        "wie %eth0"
    ),
    "must be a list of up to {n} paths such as /admin/**": (
        "darf eine Liste von bis zu {n} Pfaden sein wie /admin/**"
    ),
    "must be a list of up to {n} two-letter country codes such as DE": (
        "darf eine Liste von bis zu {n} Ländercodes aus zwei Buchstaben sein wie DE"
    ),
    "must be a list of up to {n} parts of agent strings, of 1 to {n2} printable characters each": (
        "darf eine Liste von bis zu {n} Teilen von Browserkennungen sein, jeder 1 bis {n2} "
        "druckbare Zeichen lang"
    ),
    "must be a list of up to {n} hosts such as example.com or *.example.com": (
        "darf eine Liste von bis zu {n} Hosts sein wie example.com oder *.example.com"
    ),
    "must be a list of names of query parameters": (
        "muss eine Liste von Namen von Parametern der Adresse sein"
    ),
    "must be a list of patterns such as /user/*/posts": (
        "muss eine Liste von Mustern sein wie /user/*/posts"
    ),
    "must be country, region or city": "muss country, region oder city sein",
    "must be a list of up to {n} aliases such as matomo:7": (
        "darf eine Liste von bis zu {n} Aliasen sein wie matomo:7"
    ),
    "must be a whole number from {n} to {n2}": "muss eine ganze Zahl von {n} bis {n2} sein",
    "must be the path of a page such as /guestbook.html, or empty for all pages": (
        "muss der Pfad einer Seite sein wie /guestbook.html, oder leer für alle Seiten"
    ),
    "must be at most {n} names": "dürfen höchstens {n} Namen sein",
    "must be at most {n} patterns": "dürfen höchstens {n} Muster sein",
    "name {n} is there already": "Name {n} ist schon da",
    "name {n} must have 1 to {n2} characters": "Name {n} muss 1 bis {n2} Zeichen haben",
    "name {n} must not contain control characters or lone surrogates": (
        "Name {n} darf keine Steuerzeichen oder einzelnen Ersatzzeichen enthalten"
    ),
    "pattern {n} is there already": "Muster {n} ist schon da",
    "pattern {n} has more than two * in a row": "Muster {n} hat mehr als zwei * hintereinander",
    "pattern {n} must have at most {n2} wildcards": (
        "Muster {n} darf höchstens {n2} Platzhalter haben"
    ),
    "pattern {n} must start with /": "Muster {n} muss mit / beginnen",
    "pattern {n} must have 1 to {n2} characters": "Muster {n} muss 1 bis {n2} Zeichen haben",
    "pattern {n} must not contain control characters or lone surrogates": (
        "Muster {n} darf keine Steuerzeichen oder einzelnen Ersatzzeichen enthalten"
    ),
    # Of counters.
    "must be ezi_ and 12 digits or letters a to f": (
        "muss ezi_ und 12 Ziffern oder Buchstaben von a bis f sein"
    ),
    "must be the path of a page such as /guestbook.html": (
        "muss der Pfad einer Seite sein wie /guestbook.html"
    ),
    "must be one of {names}": "muss eines von {names} sein",
    "must be a colour such as 0b6e6e, 0b6e6e80 or navy, or transparent": (
        "muss eine Farbe sein wie 0b6e6e, 0b6e6e80 oder navy, oder transparent"
    ),
    "must be text of up to {n} Latin letters, digits and common signs": (
        "darf ein Text von bis zu {n} lateinischen Buchstaben, Ziffern und üblichen Zeichen sein"
    ),
    "must be a whole number of pixels from {n} to {n2}": (
        "muss eine ganze Zahl von Pixeln von {n} bis {n2} sein"
    ),
    # Of what a report is asked for.
    "is not a parameter here; there are {names}": "ist hier kein Parameter; es gibt {names}",
    "may be given {n} times at most": "darf höchstens {n}-mal angegeben werden",
    "may be given once only": "darf nur einmal angegeben werden",
    "{text} is none of {names}, with or without -": "{text} ist keines von {names}, auch mit -",
    "{text} is none of {names}": "{text} ist keines von {names}",
    "cannot be combined with from and to": "passt nicht zu from und to",
    "is needed too: from and to go together": "fehlt: from und to gehören zusammen",
    "must be a date such as 2026-10-25": "muss ein Datum sein wie 2026-10-25",
    "must be a date from {first} to {last}": "muss ein Datum sein von {first} bis {last}",
    "must not lie before from": "darf nicht vor from liegen",
    "would make more than {n} months up to that to": (
        "ergäbe bis zu diesem to mehr als {n} Monate"
    ),
    "minute is for ranges of up to 24 hours": "minute ist für Zeiträume bis zu 24 Stunden",
    "{interval} would make more than {n} buckets here": (
        "{interval} ergäbe hier mehr als {n} Abschnitte"
    ),
    "would make more than {n} buckets by {interval}": (
        "ergäbe mehr als {n} Abschnitte von je einem {interval}"
    ),
    "a breakdown is by {n} together at most": "höchstens {n} zusammen ergeben eine Aufschlüsselung",
    "a breakdown is by each dimension once": "jede Dimension darf nur einmal vorkommen",
    "may look for {n} texts at most, all together": (
        "darf nach höchstens {n} Texten suchen, alle zusammen"
    ),
    "may have {n} values at most": "darf höchstens {n} Werte haben",
    "{operator} needs a text to look for": "{operator} braucht einen Text, nach dem es sucht",
    "must read dimension:operator:value, such as page:is:/pricing": (
        "muss dimension:operator:wert lauten, zum Beispiel page:is:/pricing"
    ),
    "an expression has {n} characters at most": "ein Ausdruck hat höchstens {n} Zeichen",
    "is not a regular expression that RE2 reads": "ist kein regulärer Ausdruck, den RE2 liest",
    r"is not a regular expression that RE2 reads; within one, a bar is written \|": (
        r"ist kein regulärer Ausdruck, den RE2 liest; innerhalb eines solchen schreibt man \| für |"
    ),
    "an expression may not name its groups": "ein Ausdruck darf seine Gruppen nicht benennen",
    "has nothing to compare with when the period is all": (
        "hat nichts zum Vergleichen, wenn der Zeitraum all ist"
    ),
    "must be {names} or dates such as 2025-10-01..2025-10-31": (
        "muss {names} sein, oder Tage wie 2025-10-01..2025-10-31"
    ),
    "such a question can be compared with days from {day} on: of earlier days only what they add "
    "up to is kept": (
        "so eine Frage kann mit Tagen ab {day} verglichen werden: von früheren ist nur noch ihre "
        "Summe da"
    ),
    "{what} can be asked for from {day} on: of earlier days only what they add up to is kept": (
        "{what}: danach kann ab {day} gefragt werden; von früheren Tagen ist nur noch ihre Summe da"
    ),
    "must not end before it begins": "darf nicht enden, bevor es beginnt",
    "can only be 1; leave it out to count every event": (
        "kann nur 1 sein; ohne dies zählt jedes Ereignis"
    ),
    "24h cuts days; what was not counted is told by day": (
        "24h zerschneidet Tage; was nicht gezählt wurde, wird nach Tagen gesagt"
    ),
}
