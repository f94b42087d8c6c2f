# Who decides about mail.
nav-policies = Policies
policies-title = Policies
policies-lead = Small programs in a sandbox decide about your mail. They are asked in this order; a later one can only be stricter.
policies-who = Who decides
policies-counted = For this account, counted since
policies-name = Policy
policies-owner = Whose
policies-digest = Digest
policies-calls = Asked
policies-failures = Errors
policies-time = Mean time
policies-questions = What is asked
policies-nobody = Nobody is asked this.
policies-asked = { $count ->
    [one] asked once
   *[other] asked { $count } times
 }
policies-failed = { $count ->
    [one] one error
   *[other] { $count } errors
 }
policies-fuel = { $fuel } fuel
owner-operator = the operator's
owner-account = yours
question-limits-add-domain = May this domain be connected?
question-limits-add-address = May this support address be added?
question-limits-sender = May this sender speak?
question-limits-recipient = May this recipient be addressed?
question-headers-inbound = Is this message sound, and what is it?
question-headers-outbound = May this message leave as it is?
question-headers-returned = What happened to our message on its way?
question-tags-delivery = Which tags does the ticket get?
question-routes-inbound = Ticket, update, or kept aside?
question-routes-outbound = Which way out, and in whose name?
question-routes-after-failure = What follows a failed attempt?
policies-own = Your own policies
policies-own-none = None yet. A policy of your own can refuse, tag or route mail in ways the operator's do not; it can only be stricter than they are.
policy-new = Upload a policy
policy-new-lead = It is checked before it is taken, and cannot reach anything but what it is told about your mail.
policy-renew = Upload a new version
policy-not-yet = Nothing of it decides yet.
policy-versions-count = { $count ->
    [one] One version
   *[other] { $count } versions
 }
policy-file = Component
policy-file-hint = A WebAssembly component for the world relaygate:policy, as “relaygate policy build” makes it.
policy-file-kept = Choose none to change only the settings.
policy-name = Name
policy-name-hint = 1 to 40 of a–z, 0–9 and -. One of a name that is there becomes its next version.
policy-settings = Settings
policy-settings-hint = A JSON object; it has to fit the schema the component brings. Leave it empty if it needs none.
policy-how = From now on
policy-how-tried = Try it
policy-how-tried-hint = It is asked beside what decides and decides nothing. You see what it would have said, then let it decide.
policy-how-live = Let it decide
policy-how-live-hint = From the next session and message on. One click takes it back.
policy-asked-about = Asked about
policy-asked-about-hint = Tick none to ask it whatever it answers.
policy-all = all it answers
interface-limits = Domains, addresses, senders and recipients (limits)
interface-headers = Header fields and attachments (headers)
interface-tags = Tags of tickets (tags)
interface-routes = Ticket or kept aside, and the way out (routes)
policy-digest = SHA-256 it must have
policy-digest-hint = If you give it, anything else is refused.
policy-signature = Signature
policy-signature-hint = Ed25519 in base64, by a maker the operator trusts.
policy-upload = Check and take
policy-versions = Versions
policy-installed-at = Taken
policy-live = decides
policy-rollback = Back to the version before
policy-remove = Remove the policy
policy-remove-text = All its versions go, and what is kept of their components. Mail that comes afterwards is decided without it.
trial-title = On trial
trial-is-tried = tried
trial-is-shared = decides { $percent } %
trial-is-stopped = stopped
trial-stopped-text = It was stopped by itself; what decided before decides again. Upload it anew once it is mended.
trial-since = Since
trial-compared = Compared answers
trial-different = Of them, different
trial-decided = Decided by it
trial-live-time = the one that decides: { $micros } µs
trial-differences = What was different
trial-no-differences = Nothing so far.
trial-message = the message
trial-said-live = As things stand
trial-said-next = With it
trial-promote = Let it decide everything
trial-end = End the trial
trial-percent = Let it decide for so many of a hundred messages
trial-percent-hint = 1 to 99. It is stopped by itself if it fails or dawdles.
trial-share = Let it decide for these
replay-title = Past mail, decided again
replay-lead-trial = What is on trial is asked about the mail that came. Nothing happens to that mail.
replay-lead-live = The policies are asked again about the mail that came. Nothing happens to that mail.
replay-since = Mail of the last
replay-hours = { $count ->
    [one] hour
   *[other] { $count } hours
 }
replay-begin = Decide again
replay-made = { $count ->
    [one] One decision was made again.
   *[other] { $count } decisions were made again.
 }
replay-out-of-time = It took too long, so the rest was left. The operator can look at all of it with “relaygate policy replay”.
replay-sums = In sum
replay-asked = Asked
replay-same = Same answer
replay-unsteady = Not the same twice
replay-changed-since = Otherwise than decided then
replay-cut = Left out: more of the text is needed than was kept
replay-unreadable = Could not be read
replay-changes = Changes of answers
replay-question = Question
replay-count = Times
replay-back = Back to the policy
done-policy-installed = It is checked and decides from the next session and message on.
done-policy-rolled-back = The version before decides again.
done-policy-removed = The policy is removed.
done-trial-begun = It is checked and on trial. What it would have said is shown here.
done-trial-shared = It decides for its share now.
done-trial-promoted = It decides now.
done-trial-ended = The trial is ended.
