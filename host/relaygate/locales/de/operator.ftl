# Die Installation, für den, der sie betreibt.
nav-operator = Installation
nav-accounts = Konten
nav-queue = Warteschlange
nav-health = Zustand
nav-metrics = Messwerte
kind-sandbox = Sandbox
kind-production = Produktion

accounts-title = Konten
accounts-lead = { $count ->
    [one] Ein Konto, mit seinen E-Mails der letzten sieben Tage.
   *[other] { $count } Konten, jedes mit seinen E-Mails der letzten sieben Tage.
 }
accounts-new = Neues Konto
accounts-new-lead = Ein Unternehmen mit eigenen Domänen, Tickets und Personen. Laden Sie danach seinen ersten Administrator ein.
accounts-empty-title = Noch gibt es kein Konto
accounts-empty = Legen Sie das erste an, und laden Sie dann seinen Administrator ein.
accounts-name = Name
accounts-domains = Domänen
accounts-received = Herein
accounts-sent = Hinaus
accounts-failed = Fehlgeschlagen
accounts-subdomain = Subdomäne
accounts-subdomain-hint = Buchstaben, Ziffern und Bindestriche; was in seinen nativen Adressen vor .{ $native } steht.
accounts-admins = Administratoren, die benachrichtigt werden
accounts-admins-hint = Adressen mit Leerzeichen dazwischen. Sie erfahren von allem, was mit Anmeldedaten geschieht.
accounts-sandbox-of = Sandbox von
accounts-sandbox-hint = Die Subdomäne des Kontos, dessen Sandbox es sein soll; leer für ein eigenständiges.
accounts-invite = Administrator einladen
accounts-make = Konto anlegen
done-account-created = Das Konto ist angelegt. Laden Sie als Nächstes seinen ersten Administrator ein.
refusal-account-unknown = Dieses Konto gibt es nicht.

queue-title = Warteschlange
queue-lead = { $count ->
    [one] Ein Auftrag.
   *[other] { $count } Aufträge.
 }
queue-oldest = Der älteste, der von selbst weitergeht, ist seit { $span } da.
queue-restored-title = Aufträge aus einer Sicherung sind angehalten
queue-restored = Was nach der Sicherung erledigt wurde, weiß hier niemand; manches ginge vielleicht ein zweites Mal hinaus.
queue-restored-release = Alle weitergehen lassen
queue-parts = Nach Spur und Stand
queue-lane = Spur
queue-state = Stand
queue-jobs = Aufträge
queue-oldest-at = Ältester seit
queue-destinations = Nach Domäne
queue-looked = { $count ->
    [one] Aus dem einen Auftrag, den es gibt.
   *[other] Aus den ersten { $count } Aufträgen.
 }
queue-domain = Domäne
queue-last = Letzte Antwort
queue-each = Einzeln
queue-account = Konto
queue-narrow = Diese anzeigen
queue-job = Auftrag
queue-more = Angezeigt werden die ersten { $count }. Grenzen Sie ein, um andere zu sehen.
queue-empty-title = Nichts wartet
queue-empty = Im Moment gibt es keinen solchen Auftrag.
done-jobs-released = Sie gehen weiter.
lane-intake = Aufnahme
lane-smarthost = Zu Servern der Kunden
lane-native = Auf unserem eigenen Weg
lane-desk = Zu anderen Helpdesks
lane-webhook = Zu Endpunkten
lane-disconnect = Trennen
job-about-inbound = Nachricht, die hereinkam
job-about-hand-over = Nachricht für einen Helpdesk
job-about-webhook-event = Ereignis für einen Endpunkt
job-about-submitted = Nachricht eines Helpdesks
job-about-ticket-event = Neues von einem Ticket
job-about-security-event = Neues zur Sicherheit
job-about-disconnect = Domäne, die getrennt wird
job-about-notification = Benachrichtigung
job-about-inbound-verification = Bestätigungs-E-Mail, eingehend
job-about-outbound-verification = Bestätigungs-E-Mail, ausgehend
job-about-security = Sicherheitsmitteilung
job-about-unreadable = Unlesbar
job-what-webhook-event = Der Endpunkt erfährt davon nichts.
job-what-ticket-event = Niemand erfährt davon per E-Mail.
job-what-security-event = Die Administratoren erfahren davon nichts.
job-what-disconnect = Die Domäne bleibt halb getrennt, bis jemand das Trennen neu beginnt.
job-what-unreadable = Daran könnte ohnehin niemand arbeiten.

health-title = Zustand
health-ready = Alles ist, wie es sein soll: E-Mails werden angenommen.
health-not-ready = Nicht bereit: Leiten Sie E-Mails woandershin, bis das behoben ist.
health-parts = Wovon das abhängt
health-fine = in Ordnung
health-failed = fehlgeschlagen
part-journal = Das Journal erreicht die Platte
part-disk = Auf der Platte ist Platz
part-listeners = Die Listener sind offen
health-program = Das Programm
health-hostname = Name
health-version = Version
health-started = Läuft seit
health-jobs = Aufträge in der Warteschlange
health-journal = Journal
health-segments = { $count ->
    [one] in einer Datei
   *[other] in { $count } Dateien
 }
health-disk = Frei auf der Platte
health-disk-min = davon werden { $octets } gebraucht
health-certificate = Zertifikat für { $purpose }
health-until = bis
health-unreadable = nicht lesbar
health-ends-soon = endet bald
health-circuits = Server, die niemand erreicht
health-circuits-none = Jeder Server wurde beim letzten Mal erreicht.
health-circuits-text = Ihre E-Mails warten, bis eine Nachricht, die Probe, durchgekommen ist.
health-server = Server
health-failures = Fehlschläge in Folge
health-probed = Nächste Probe

metrics-title = Messwerte
metrics-lead = Seit dem Start des Programms im Arbeitsspeicher gehalten; /metrics hat dasselbe für Maschinen.
metrics-range = Wie weit zurück
metrics-hour = Letzte Stunde
metrics-day = Letzter Tag
metrics-young-title = Noch ist nichts zu sehen
metrics-young-hour = Die ersten Werte gibt es zehn Sekunden nach dem Start.
metrics-young-day = Die ersten Werte gibt es fünf Minuten nach dem Start.
metrics-nothing = Nichts davon in dieser Zeit.
metrics-hour-ago = vor einer Stunde
metrics-day-ago = vor einem Tag
metrics-now = jetzt
metrics-figures = In Zahlen
metrics-until = Bis
metrics-throughput = Durchsatz
metrics-per-second = Nachrichten je Sekunde
metrics-taken = aufgenommen
metrics-delivered = zugestellt
metrics-latency = Zeit, bis eine Nachricht sicher ist
metrics-ms = Millisekunden
metrics-mean = Mittel
metrics-p95 = 95 von 100 schneller
metrics-age = Alter der Warteschlange
metrics-seconds = Sekunden
metrics-oldest = ältester Auftrag
metrics-length = Länge der Warteschlange
metrics-jobs = Aufträge
metrics-waiting = Aufträge
metrics-policies = Zeit einer Richtlinie
metrics-us = Mikrosekunden
