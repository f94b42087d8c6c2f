# Signing in, invitations, and somebody's own profile.
sign-in-title = Sign in
sign-in-lead = To your account's admin center.
sign-in-account = Account
sign-in-account-hint = Your subdomain. Operators leave it empty.
sign-in-address = Email address
sign-in-password = Password
sign-in-button = Sign in
sign-in-lost = Lost your password or your device? Ask an admin of your account for a new invitation.

factor-title = One more proof
factor-lead = Your password was right. It is you if you have your device, too.
factor-passkey = Use a passkey
factor-or = or type a one-time code
code-field = Code
code-hint = The six digits your authenticator app shows now.
code-button = Go on
factor-other = Sign in as somebody else

confirm-title = Your password, once more
confirm-lead = What follows touches credentials or logins. So that nobody does it at a screen you left open, say who you are again; it holds for ten minutes.
confirm-button = Go on
confirm-passkey = Go on with a passkey

invitation-title = Choose a password
invitation-lead = You are invited as { $role }. With this password you sign in from now on.
invitation-button = Save and sign in
password-new = New password
password-again = The same once more
password-hint = 12 characters or more; four words nobody expects together are a good choice.
password-lead = Every other session of yours ends with the change.

profile-title = Your profile
profile-language = Language
profile-language-browser = As the browser asks
profile-password = Password
profile-password-text = Changing it signs you out everywhere else.
profile-password-change = Change the password
profile-codes = One-time codes
profile-codes-on = On
profile-codes-off = Off
profile-codes-text = Second factor: a code from an authenticator app, asked for after the password. A stolen password alone opens nothing then.
profile-codes-begin = Set up one-time codes
profile-codes-end = Turn one-time codes off
profile-passkeys = Passkeys
profile-passkeys-text = Second factor: your device, or a security key, says after the password that it is you, and says so to this site only. Nothing in it can be copied down or phished. Have two, or codes beside it: whoever loses the last one needs a new invitation.
profile-passkeys-name = Passkeys are bound to a name, and these pages are reached by an address. The operator gives them a name with web.url.

passkey-add = Add a passkey
passkey-add-lead = Your browser asks which device it is to be: this one, your phone, a security key.
passkey-name = Name
passkey-name-hint = By which you know it again, for example “Office laptop”.
passkey-make = Create the passkey
passkey-since = Added
passkey-used = Last used
passkey-remove = Remove
passkey-script = Passkeys need scripts. Allow them for this site.
passkey-failed = There is no answer from your device. Try again, or use another one.
done-passkey-added = The passkey is added. You will be asked for it at the next sign-in.
done-passkey-removed = The passkey is removed.

codes-scan = Scan this picture with your authenticator app
codes-picture = QR code with the key for your authenticator app
codes-type = Or type this key into it:
codes-give = Type the code it shows
codes-finish = Turn one-time codes on

done-language = Your language is saved.
done-password = Your password is changed. Every other session has ended.
done-codes-on = One-time codes are on. You will be asked for one at the next sign-in.
done-codes-off = One-time codes are off.
