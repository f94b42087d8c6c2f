# Was um jede Seite steht, und was gesagt wird, wo es keine Seite gibt.
frame-skip = Zum Inhalt springen
frame-menu = Menü
frame-sandbox = Sandbox
frame-sign-out = Abmelden
frame-save = Speichern
frame-change = Ändern
frame-copy = Kopieren
frame-copied = Kopiert
frame-cancel = Abbrechen
frame-more = Weitere Optionen
frame-acts = Aktionen
frame-pages = Seiten
frame-newer = Neuere
frame-older = Ältere
frame-yes = Ja
frame-no = Nein
frame-since = Seit

nav-desk = Helpdesk
nav-tickets = Tickets
nav-channels = Kanäle
nav-email = E-Mail
nav-dns = DKIM und DNS
nav-egress = Ausgangsadressen
nav-account = Konto
nav-settings = Einstellungen
nav-people = Personen
nav-audit = Audit-Protokoll
nav-you = Sie
nav-profile = Ihr Profil

role-operator = Betreiber
role-admin = Administrator
role-agent = Agent

problem-home = Zur ersten Seite
problem-title = Das hat nicht geklappt
problem-request = Die Anfrage war nicht zu verstehen. Gehen Sie zurück, laden Sie die Seite neu und versuchen Sie es noch einmal.
problem-stale-form = Dieses Formular gehört zu einer beendeten Sitzung oder kam von einer fremden Seite; geändert wurde nichts. Gehen Sie zurück, laden Sie die Seite neu und senden Sie es noch einmal ab.
problem-not-found-title = Hier ist nichts
problem-not-found = Die Seite gibt es nicht, oder was sie gezeigt hat, ist nicht mehr da.
problem-ours-title = Auf unserer Seite ist etwas schiefgegangen
problem-ours = Verloren ist nichts. Versuchen Sie es gleich noch einmal; bleibt es dabei, findet der Betreiber den Grund im Protokoll.
