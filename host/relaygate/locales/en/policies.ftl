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
