# What is around every page, and what is said where no page can be.
frame-skip = Skip to the content
frame-menu = Menu
frame-sandbox = Sandbox
frame-sign-out = Sign out
frame-save = Save
frame-change = Change
frame-copy = Copy
frame-copied = Copied
frame-cancel = Cancel
frame-more = More options
frame-acts = Actions
frame-pages = Pages
frame-newer = Newer
frame-older = Older
frame-yes = Yes
frame-no = No
frame-since = Since

nav-desk = Help desk
nav-tickets = Tickets
nav-channels = Channels
nav-email = Email
nav-dns = DKIM and DNS
nav-egress = Egress addresses
nav-account = Account
nav-settings = Settings
nav-people = People
nav-audit = Audit log
nav-you = You
nav-profile = Your profile

role-operator = operator
role-admin = admin
role-agent = agent

problem-home = To the first page
problem-title = That did not work
problem-request = The request could not be understood. Go back, load the page again and try once more.
problem-stale-form = This form belongs to a session that is over, or came from another site; nothing was changed. Go back, load the page again and send it once more.
problem-not-found-title = There is nothing here
problem-not-found = The page does not exist, or what it showed is gone.
problem-ours-title = Something failed on our side
problem-ours = Nothing was lost. Try again in a moment; if it stays so, the operator finds the reason in the log.
