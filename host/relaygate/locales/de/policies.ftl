# Wer über E-Mails entscheidet.
nav-policies = Richtlinien
policies-title = Richtlinien
policies-lead = Kleine Programme in einer Sandbox entscheiden über Ihre E-Mails. Sie werden in dieser Reihenfolge gefragt; eine spätere kann nur strenger sein.
policies-who = Wer entscheidet
policies-counted = Für dieses Konto, gezählt seit
policies-name = Richtlinie
policies-owner = Wessen
policies-digest = Prüfsumme
policies-calls = Gefragt
policies-failures = Fehler
policies-time = Mittlere Zeit
policies-questions = Was gefragt wird
policies-nobody = Das wird niemand gefragt.
policies-asked = { $count ->
    [one] einmal gefragt
   *[other] { $count }-mal gefragt
 }
policies-failed = { $count ->
    [one] ein Fehler
   *[other] { $count } Fehler
 }
policies-fuel = { $fuel } Fuel
owner-operator = des Betreibers
owner-account = Ihre
question-limits-add-domain = Darf diese Domäne verbunden werden?
question-limits-add-address = Darf diese Supportadresse hinzugefügt werden?
question-limits-sender = Darf dieser Absender sprechen?
question-limits-recipient = Darf dieser Empfänger angeschrieben werden?
question-headers-inbound = Ist diese Nachricht in Ordnung, und was ist sie?
question-headers-outbound = Darf diese Nachricht so hinaus?
question-headers-returned = Was geschah unserer Nachricht unterwegs?
question-tags-delivery = Welche Tags bekommt das Ticket?
question-routes-inbound = Ticket, Ergänzung oder beiseitegelegt?
question-routes-outbound = Welcher Weg hinaus, und in wessen Namen?
question-routes-after-failure = Was folgt auf einen fehlgeschlagenen Versuch?
policies-own = Ihre eigenen Richtlinien
policies-own-none = Noch keine. Eine eigene Richtlinie kann E-Mails ablehnen, markieren oder leiten, wie es die des Betreibers nicht tun; sie kann nur strenger sein als diese.
policy-new = Richtlinie hochladen
policy-new-lead = Sie wird geprüft, bevor sie angenommen wird, und erreicht nichts außer dem, was ihr über Ihre E-Mails gesagt wird.
policy-renew = Neue Version hochladen
policy-not-yet = Noch entscheidet nichts davon.
policy-versions-count = { $count ->
    [one] Eine Version
   *[other] { $count } Versionen
 }
policy-file = Komponente
policy-file-hint = Eine WebAssembly-Komponente für die Welt relaygate:policy, wie „relaygate policy build“ sie baut.
policy-file-kept = Wählen Sie keine, um nur die Einstellungen zu ändern.
policy-name = Name
policy-name-hint = 1 bis 40 aus a–z, 0–9 und -. Gibt es den Namen schon, wird es dessen nächste Version.
policy-settings = Einstellungen
policy-settings-hint = Ein JSON-Objekt; es muss zum Schema der Komponente passen. Leer lassen, wenn sie keine braucht.
policy-how = Ab jetzt
policy-how-tried = Erproben
policy-how-tried-hint = Sie wird neben dem gefragt, was entscheidet, und entscheidet nichts. Sie sehen, was sie gesagt hätte, und lassen sie dann entscheiden.
policy-how-live = Entscheiden lassen
policy-how-live-hint = Ab der nächsten Sitzung und Nachricht. Ein Klick nimmt es zurück.
policy-asked-about = Gefragt nach
policy-asked-about-hint = Nichts ankreuzen, um sie alles zu fragen, was sie beantwortet.
policy-all = allem, was sie beantwortet
interface-limits = Domänen, Adressen, Absendern und Empfängern (limits)
interface-headers = Kopfzeilen und Anhängen (headers)
interface-tags = Tags von Tickets (tags)
interface-routes = Ticket oder beiseitegelegt, und dem Weg hinaus (routes)
policy-digest = Erwartete SHA-256
policy-digest-hint = Wenn angegeben, wird alles andere abgelehnt.
policy-signature = Signatur
policy-signature-hint = Ed25519 in Base64, von einem Hersteller, dem der Betreiber traut.
policy-upload = Prüfen und annehmen
policy-versions = Versionen
policy-installed-at = Angenommen
policy-live = entscheidet
policy-rollback = Zurück zur Version davor
policy-remove = Richtlinie entfernen
policy-remove-text = Alle Versionen gehen, und was von ihren Komponenten aufbewahrt ist. Über spätere E-Mails wird ohne sie entschieden.
trial-title = In Erprobung
trial-is-tried = erprobt
trial-is-shared = entscheidet { $percent } %
trial-is-stopped = angehalten
trial-stopped-text = Sie wurde von selbst angehalten; es entscheidet wieder, was zuvor entschied. Laden Sie sie neu hoch, wenn sie ausgebessert ist.
trial-since = Seit
trial-compared = Verglichene Antworten
trial-different = Davon verschieden
trial-decided = Von ihr entschieden
trial-live-time = die entscheidende: { $micros } µs
trial-differences = Was verschieden war
trial-no-differences = Bisher nichts.
trial-message = die Nachricht
trial-said-live = Wie es steht
trial-said-next = Mit ihr
trial-promote = Alles entscheiden lassen
trial-end = Erprobung beenden
trial-percent = Für so viele von hundert Nachrichten entscheiden lassen
trial-percent-hint = 1 bis 99. Sie wird von selbst angehalten, wenn sie versagt oder trödelt.
trial-share = Für diese entscheiden lassen
replay-title = Vergangene E-Mails, neu entschieden
replay-lead-trial = Was in Erprobung ist, wird nach den E-Mails gefragt, die kamen. Diesen E-Mails geschieht nichts.
replay-lead-live = Die Richtlinien werden noch einmal nach den E-Mails gefragt, die kamen. Diesen E-Mails geschieht nichts.
replay-since = E-Mails der letzten
replay-hours = { $count ->
    [one] Stunde
   *[other] { $count } Stunden
 }
replay-begin = Neu entscheiden
replay-made = { $count ->
    [one] Eine Entscheidung wurde neu getroffen.
   *[other] { $count } Entscheidungen wurden neu getroffen.
 }
replay-out-of-time = Es dauerte zu lange, darum blieb der Rest liegen. Der Betreiber kann mit „relaygate policy replay“ alles ansehen.
replay-sums = In Summe
replay-asked = Gefragt
replay-same = Gleiche Antwort
replay-unsteady = Nicht zweimal dieselbe
replay-changed-since = Anders als damals entschieden
replay-cut = Ausgelassen: mehr vom Text nötig, als aufbewahrt wurde
replay-unreadable = Nicht lesbar
replay-changes = Geänderte Antworten
replay-question = Frage
replay-count = Anzahl
replay-back = Zurück zur Richtlinie
done-policy-installed = Sie ist geprüft und entscheidet ab der nächsten Sitzung und Nachricht.
done-policy-rolled-back = Die Version davor entscheidet wieder.
done-policy-removed = Die Richtlinie ist entfernt.
done-trial-begun = Sie ist geprüft und in Erprobung. Was sie gesagt hätte, steht hier.
done-trial-shared = Sie entscheidet jetzt für ihren Anteil.
done-trial-promoted = Sie entscheidet jetzt.
done-trial-ended = Die Erprobung ist beendet.
