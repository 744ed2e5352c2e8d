"""The account, and the ways into it."""

from __future__ import annotations

ACCOUNT: dict[str, str | tuple[str, str]] = {
    # Signing in.
    "Your new password is set. Sign in with it.": (
        "Ihr neues Passwort gilt. Melden Sie sich damit an."
    ),
    "If the address was free, your account is there: sign in with it.": (
        "Wenn die Adresse frei war, gibt es Ihr Konto jetzt: Melden Sie sich damit an."
    ),
    "Forgot the password?": "Passwort vergessen?",
    "Make an account": "Konto anlegen",
    "Make the account": "Konto anlegen",
    "Second step": "Zweiter Schritt",
    "Code": "Code",
    "The six digits your authenticator shows, or one of your recovery codes.": (
        "Die sechs Ziffern Ihrer Authenticator-App oder einer Ihrer Notfallcodes."
    ),
    "Back to the sign-in": "Zurück zur Anmeldung",
    "New password": "Neues Passwort",
    "At least 10 characters. A few words are easier to remember than signs.": (
        "Mindestens 10 Zeichen. Ein paar Wörter merkt man sich leichter als Sonderzeichen."
    ),
    "Set the password": "Passwort setzen",
    "If there is an account with this address, a letter is on its way. Its link works once, for a "
    "day.": (
        "Wenn es ein Konto mit dieser Adresse gibt, ist ein Brief unterwegs. Sein Link gilt "
        "einmal, einen Tag lang."
    ),
    "You get a letter with a link to choose a new password.": (
        "Sie bekommen einen Brief mit einem Link, um ein neues Passwort zu wählen."
    ),
    "Send me the link": "Link schicken",
    "Ask whoever runs this service for a link to choose a new password. They get one with this "
    "command:": (
        "Bitten Sie die Betreiber dieses Dienstes um einen Link für ein neues Passwort. Sie "
        "bekommen ihn mit diesem Befehl:"
    ),
    "your-address": "ihre-adresse",
    "A new password for ezee": "Ein neues Passwort für ezee",
    "Somebody, you we hope, asked for a new password for this address. Choose one here, within a "
    "day:": (
        "Jemand, hoffentlich Sie, möchte ein neues Passwort für diese Adresse. Wählen Sie es "
        "hier, innerhalb eines Tages:"
    ),
    "If it was not you, do nothing: your password stays as it is.": (
        "Wenn Sie es nicht waren, tun Sie nichts: Ihr Passwort bleibt, wie es ist."
    ),
    "Welcome to ezee": "Willkommen bei ezee",
    "You are the first here. With this account you sign in from now on.": (
        "Sie sind hier die Ersten. Mit diesem Konto melden Sie sich von nun an an."
    ),
    # Passkeys.
    "or": "oder",
    "Sign in with a passkey": "Mit Passkey anmelden",
    "Passkeys": "Passkeys",
    "Passkeys…": "Passkeys …",
    "With a passkey you sign in by fingerprint, face or PIN of your device, without a password.": (
        "Mit einem Passkey melden Sie sich mit Fingerabdruck, Gesicht oder PIN Ihres Geräts an, "
        "ohne Passwort."
    ),
    "There are none yet.": "Es gibt noch keine.",
    "Such as the device it is on.": "Etwa das Gerät, auf dem er liegt.",
    "Add a passkey": "Passkey hinzufügen",
    "Adding one needs scripts.": "Hinzufügen braucht Skripte.",
    "Remove": "Entfernen",
    "Back to the account": "Zurück zum Konto",
    # The account.
    "Profile": "Profil",
    "Plan and use": "Tarif und Nutzung",
    "Sessions": "Sitzungen",
    "Your data": "Ihre Daten",
    "Saved.": "Gespeichert.",
    "as the browser says": "wie der Browser sagt",
    "Plan": "Tarif",
    "API requests": "API-Anfragen",
    "{n} a minute for each token": "{n} je Minute und Token",
    "In use now": "Gerade genutzt",
    "{used} of {limit}, by the busiest token": "{used} von {limit}, vom fleißigsten Token",
    "Hits that are stored": "Gespeicherte Aufrufe",
    "The password is changed. Every other browser is signed out.": (
        "Das Passwort ist geändert. Alle anderen Browser sind abgemeldet."
    ),
    "Current password": "Jetziges Passwort",
    "Change the password": "Passwort ändern",
    "The second step is on. Keep these recovery codes where you find them without your phone. They "
    "are shown this once, and each works once.": (
        "Der zweite Schritt ist an. Bewahren Sie diese Notfallcodes dort auf, wo Sie sie ohne "
        "Telefon finden. Sie werden nur dieses eine Mal gezeigt, und jeder gilt einmal."
    ),
    "Recovery codes": "Notfallcodes",
    "On: beside the password, signing in takes a code of your authenticator.": (
        "An: Zum Anmelden braucht es neben dem Passwort einen Code Ihrer Authenticator-App."
    ),
    "{n} recovery code is left.": (
        "{n} Notfallcode ist übrig.",
        "{n} Notfallcodes sind übrig.",
    ),
    "Turn it off": "Abschalten",
    "Turn it on": "Einschalten",
    "Off. With it, a stolen password alone opens nothing: signing in also takes a code that your "
    "phone shows.": (
        "Aus. Mit ihm öffnet ein gestohlenes Passwort allein nichts: Zum Anmelden braucht es auch "
        "einen Code, den Ihr Telefon zeigt."
    ),
    "Set it up": "Einrichten",
    "Set up the second step": "Den zweiten Schritt einrichten",
    "1. Add it to your authenticator": "1. In die Authenticator-App aufnehmen",
    "Scan this with an app such as Aegis, 2FAS or a password manager.": (
        "Scannen Sie dies mit einer App wie Aegis, 2FAS oder einem Passwortmanager."
    ),
    "QR code with the key below": "QR-Code mit dem Schlüssel darunter",
    "Or type this key:": "Oder tippen Sie diesen Schlüssel ab:",
    "2. Type the code it shows": "2. Den Code eintippen, den sie zeigt",
    "The browsers that are signed in. No address is kept of them.": (
        "Die angemeldeten Browser. Ihre Adressen werden nicht festgehalten."
    ),
    "Browser": "Browser",
    "Signed in": "Angemeldet",
    "Last seen": "Zuletzt da",
    "An unknown browser": "Ein unbekannter Browser",
    "this one": "dieser hier",
    "Sign out everywhere else": "Überall sonst abmelden",
    "Everything that is tied to this account, as one ZIP file: the account, its trackers with "
    "their settings, annotations and old counters, tokens, sessions and passkeys, every hit, each "
    "day’s numbers, and what was not counted.": (
        "Alles, was zu diesem Konto gehört, als eine ZIP-Datei: das Konto, seine Tracker mit ihren "
        "Einstellungen, Anmerkungen und alten Zählern, Tokens, Sitzungen und Passkeys, jeder "
        "Aufruf, die Zahlen jedes Tages, und was nicht gezählt wurde."
    ),
    "Download everything": "Alles herunterladen",
    "Deleting the account takes its trackers and everything they have counted with it.": (
        "Das Löschen des Kontos nimmt seine Tracker und alles, was sie gezählt haben, mit."
    ),
    "Delete the account…": "Konto löschen …",
    "Delete the account": "Konto löschen",
    "Delete the account {email}?": "Das Konto {email} löschen?",
    "With it goes {n} tracker": ("Mit ihm geht {n} Tracker", "Mit ihm gehen {n} Tracker"),
    "{n} hit": ("{n} Aufruf", "{n} Aufrufe"),
    "{n} token": ("{n} Token", "{n} Tokens"),
    "This cannot be undone, and nobody can bring it back.": (
        "Das lässt sich nicht rückgängig machen, niemand kann es zurückholen."
    ),
    "Type {email} to go on": "Tippen Sie {email}, um fortzufahren",
    "Receipt": "Quittung",
    "The account is deleted": "Das Konto ist gelöscht",
    "Hits that were erased": "Gelöschte Aufrufe",
    "Nothing of it is left on the disk. Print this page if you want to keep it: it is not "
    "stored.": (
        "Nichts davon liegt noch auf der Platte. Drucken Sie diese Seite, wenn Sie sie behalten "
        "wollen: Sie wird nicht gespeichert."
    ),
}
