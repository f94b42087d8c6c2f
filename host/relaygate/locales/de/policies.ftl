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
