# The installation, for who runs it.
nav-operator = Installation
nav-accounts = Accounts
nav-queue = Queue
nav-health = Health
nav-metrics = Metrics
kind-sandbox = Sandbox
kind-production = Production

accounts-title = Accounts
accounts-lead = { $count ->
    [one] One account, with its mail of the last seven days.
   *[other] { $count } accounts, each with its mail of the last seven days.
 }
accounts-new = New account
accounts-new-lead = A company with its own domains, tickets and people. Invite its first admin afterwards.
accounts-empty-title = There is no account yet
accounts-empty = Make the first one, then invite its admin.
accounts-name = Name
accounts-domains = Domains
accounts-received = In
accounts-sent = Out
accounts-failed = Failed
accounts-subdomain = Subdomain
accounts-subdomain-hint = Letters, digits and hyphens; what stands before .{ $native } in its native addresses.
accounts-admins = Admins who are told
accounts-admins-hint = Addresses with blanks between them. They are told of everything that happens to credentials.
accounts-sandbox-of = Sandbox of
accounts-sandbox-hint = The subdomain of the account it is to be a sandbox of; empty for one of its own.
accounts-invite = Invite an admin
accounts-make = Make the account
done-account-created = The account is made. Invite its first admin next.
refusal-account-unknown = There is no such account.

queue-title = Queue
queue-lead = { $count ->
    [one] One job.
   *[other] { $count } jobs.
 }
queue-oldest = The oldest that goes on by itself has been there for { $span }.
queue-restored-title = Jobs out of a backup are held
queue-restored = What was done after the backup was made nobody here knows; some of it may go out a second time.
queue-restored-release = Let all of them go on
queue-parts = By lane and state
queue-lane = Lane
queue-state = State
queue-jobs = Jobs
queue-oldest-at = Oldest since
queue-destinations = By domain
queue-looked = { $count ->
    [one] Out of the one job there is.
   *[other] Out of the first { $count } jobs.
 }
queue-domain = Domain
queue-last = Last answer
queue-each = One by one
queue-account = Account
queue-narrow = Show these
queue-job = Job
queue-more = The first { $count } are shown. Narrow it down to see others.
queue-empty-title = Nothing waits
queue-empty = No job stands so at the moment.
done-jobs-released = They go on.
lane-intake = Taking in
lane-smarthost = To customers' servers
lane-native = By our own path
lane-desk = To other help desks
lane-webhook = To endpoints
lane-disconnect = Disconnecting
job-about-inbound = Message that came in
job-about-hand-over = Message for a help desk
job-about-webhook-event = Event for an endpoint
job-about-submitted = Message of a help desk
job-about-ticket-event = News of a ticket
job-about-security-event = Security news
job-about-disconnect = Domain on its way out
job-about-notification = Notification
job-about-inbound-verification = Confirmation mail, inbound
job-about-outbound-verification = Confirmation mail, outbound
job-about-security = Security notice
job-about-unreadable = Unreadable
job-what-webhook-event = The endpoint will not be told of this.
job-what-ticket-event = Nobody will be told of this by mail.
job-what-security-event = The admins will not be told of this.
job-what-disconnect = The domain stays half disconnected until somebody starts it again.
job-what-unreadable = Nobody could work on it anyway.

health-title = Health
health-ready = Everything is as it should be: mail is taken.
health-not-ready = Not ready: send mail elsewhere until this is mended.
health-parts = What that depends on
health-fine = fine
health-failed = failed
part-journal = The journal reaches the disk
part-disk = There is room on the disk
part-listeners = The listeners are open
health-program = The program
health-hostname = Name
health-version = Version
health-started = Running since
health-jobs = Jobs in the queue
health-journal = Journal
health-segments = { $count ->
    [one] in one file
   *[other] in { $count } files
 }
health-disk = Free on the disk
health-disk-min = of which { $octets } are needed
health-certificate = Certificate for { $purpose }
health-until = until
health-unreadable = cannot be read
health-ends-soon = ends soon
health-circuits = Servers nobody reaches
health-circuits-none = Every server was reached the last time.
health-circuits-text = Their mail waits until one message, the probe, has got through.
health-server = Server
health-failures = Failures in a row
health-probed = Next probe

metrics-title = Metrics
metrics-lead = Kept in memory since the program was started; /metrics has the same for machines.
metrics-range = How far back
metrics-hour = Last hour
metrics-day = Last day
metrics-young-title = Nothing to see yet
metrics-young-hour = The first figures are there ten seconds after the start.
metrics-young-day = The first figures are there five minutes after the start.
metrics-nothing = Nothing of it in this time.
metrics-hour-ago = an hour ago
metrics-day-ago = a day ago
metrics-now = now
metrics-figures = In figures
metrics-until = Until
metrics-throughput = Throughput
metrics-per-second = messages per second
metrics-taken = taken in
metrics-delivered = delivered
metrics-latency = Time until a message is safe
metrics-ms = milliseconds
metrics-mean = mean
metrics-p95 = 95 of 100 sooner
metrics-age = Age of the queue
metrics-seconds = seconds
metrics-oldest = oldest job
metrics-length = Length of the queue
metrics-jobs = jobs
metrics-waiting = jobs
metrics-policies = Time of a policy
metrics-us = microseconds
