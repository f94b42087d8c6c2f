# Anmeldung, Einladungen und das eigene Profil.
sign-in-title = Anmelden
sign-in-lead = Im Admin Center Ihres Kontos.
sign-in-account = Konto
sign-in-account-hint = Ihre Subdomäne. Betreiber lassen das Feld leer.
sign-in-address = E-Mail-Adresse
sign-in-password = Kennwort
sign-in-button = Anmelden
sign-in-lost = Kennwort oder Gerät verloren? Bitten Sie einen Administrator Ihres Kontos um eine neue Einladung.

factor-title = Noch ein Nachweis
factor-lead = Ihr Kennwort stimmt. Sie sind es, wenn Sie auch Ihr Gerät haben.
factor-passkey = Passkey verwenden
factor-or = oder geben Sie einen Einmalcode ein
code-field = Code
code-hint = Die sechs Ziffern, die Ihre Authenticator-App gerade zeigt.
code-button = Weiter
factor-other = Als jemand anderes anmelden

confirm-title = Noch einmal Ihr Kennwort
confirm-lead = Was folgt, betrifft Anmeldedaten oder Zugänge. Damit das niemand an einem offen gelassenen Bildschirm tut, weisen Sie sich bitte noch einmal aus; das gilt für zehn Minuten.
confirm-button = Weiter
confirm-passkey = Mit einem Passkey weiter

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
profile-codes = Einmalcodes
profile-codes-on = Ein
profile-codes-off = Aus
profile-codes-text = Zweiter Faktor: ein Code aus einer Authenticator-App, nach dem nach dem Kennwort gefragt wird. Ein gestohlenes Kennwort allein öffnet dann nichts.
profile-codes-begin = Einmalcodes einrichten
profile-codes-end = Einmalcodes ausschalten
profile-passkeys = Passkeys
profile-passkeys-text = Zweiter Faktor: Ihr Gerät oder ein Sicherheitsschlüssel bestätigt nach dem Kennwort, dass Sie es sind, und nur gegenüber dieser Website. Daran lässt sich nichts abschreiben und nichts abfischen. Haben Sie zwei, oder Codes daneben: Wer den letzten verliert, braucht eine neue Einladung.
profile-passkeys-name = Passkeys sind an einen Namen gebunden, diese Seiten werden aber über eine Adresse aufgerufen. Der Betreiber gibt ihnen mit web.url einen Namen.

passkey-add = Passkey hinzufügen
passkey-add-lead = Ihr Browser fragt, welches Gerät es sein soll: dieses, Ihr Telefon, ein Sicherheitsschlüssel.
passkey-name = Name
passkey-name-hint = Daran erkennen Sie ihn wieder, zum Beispiel „Laptop im Büro“.
passkey-make = Passkey erzeugen
passkey-since = Hinzugefügt
passkey-used = Zuletzt verwendet
passkey-remove = Entfernen
passkey-script = Passkeys brauchen Skripte. Erlauben Sie sie für diese Website.
passkey-failed = Ihr Gerät hat nicht geantwortet. Versuchen Sie es noch einmal, oder nehmen Sie ein anderes.
done-passkey-added = Der Passkey ist hinzugefügt. Bei der nächsten Anmeldung werden Sie danach gefragt.
done-passkey-removed = Der Passkey ist entfernt.

codes-scan = Scannen Sie dieses Bild mit Ihrer Authenticator-App
codes-picture = QR-Code mit dem Schlüssel für Ihre Authenticator-App
codes-type = Oder geben Sie dort diesen Schlüssel ein:
codes-give = Geben Sie den Code ein, den sie zeigt
codes-finish = Einmalcodes einschalten

done-language = Ihre Sprache ist gespeichert.
done-password = Ihr Kennwort ist geändert. Alle anderen Sitzungen sind beendet.
done-codes-on = Einmalcodes sind eingeschaltet. Bei der nächsten Anmeldung werden Sie danach gefragt.
done-codes-off = Einmalcodes sind ausgeschaltet.
