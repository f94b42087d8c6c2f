# Anmeldung, Einladungen und das eigene Profil.
sign-in-title = Anmelden
sign-in-lead = Im Admin Center Ihres Kontos.
sign-in-account = Konto
sign-in-account-hint = Ihre Subdomäne. Betreiber lassen das Feld leer.
sign-in-address = E-Mail-Adresse
sign-in-password = Kennwort
sign-in-button = Anmelden
sign-in-lost = Kennwort oder Gerät verloren? Bitten Sie einen Administrator Ihres Kontos um eine neue Einladung.

code-title = Einmalcode
code-lead = Die sechs Ziffern, die Ihre Authenticator-App gerade zeigt.
code-field = Code
code-button = Weiter
code-other = Als jemand anderes anmelden

confirm-title = Noch einmal Ihr Kennwort
confirm-lead = Was folgt, betrifft Anmeldedaten oder Zugänge. Damit das niemand an einem offen gelassenen Bildschirm tut, weisen Sie sich bitte noch einmal aus; das gilt für zehn Minuten.
confirm-button = Weiter

invitation-title = Kennwort wählen
invitation-lead = Sie sind eingeladen als { $role }. Mit diesem Kennwort melden Sie sich künftig an.
invitation-button = Speichern und anmelden
password-new = Neues Kennwort
password-again = Dasselbe noch einmal
password-hint = Mindestens 12 Zeichen; vier Wörter, die niemand nebeneinander erwartet, sind eine gute Wahl.
password-lead = Mit der Änderung enden alle Ihre anderen Sitzungen.

profile-title = Ihr Profil
profile-language = Sprache
profile-language-browser = Wie der Browser sie verlangt
profile-password = Kennwort
profile-password-text = Eine Änderung meldet Sie überall sonst ab.
profile-password-change = Kennwort ändern
profile-codes = Zweiter Faktor
profile-codes-on = Ein
profile-codes-off = Aus
profile-codes-text = Ein Einmalcode aus einer Authenticator-App, nach dem nach dem Kennwort gefragt wird. Ein gestohlenes Kennwort allein öffnet dann nichts.
profile-codes-begin = Einmalcodes einrichten
profile-codes-end = Einmalcodes ausschalten

codes-scan = Scannen Sie dieses Bild mit Ihrer Authenticator-App
codes-picture = QR-Code mit dem Schlüssel für Ihre Authenticator-App
codes-type = Oder geben Sie dort diesen Schlüssel ein:
codes-give = Geben Sie den Code ein, den sie zeigt
codes-finish = Einmalcodes einschalten

done-language = Ihre Sprache ist gespeichert.
done-password = Ihr Kennwort ist geändert. Alle anderen Sitzungen sind beendet.
done-codes-on = Einmalcodes sind eingeschaltet. Bei der nächsten Anmeldung werden Sie danach gefragt.
done-codes-off = Einmalcodes sind ausgeschaltet.
