# Signing in, invitations, and somebody's own profile.
sign-in-title = Sign in
sign-in-lead = To your account's admin center.
sign-in-account = Account
sign-in-account-hint = Your subdomain. Operators leave it empty.
sign-in-address = Email address
sign-in-password = Password
sign-in-button = Sign in
sign-in-lost = Lost your password or your device? Ask an admin of your account for a new invitation.

code-title = One-time code
code-lead = The six digits your authenticator app shows now.
code-field = Code
code-button = Go on
code-other = Sign in as somebody else

confirm-title = Your password, once more
confirm-lead = What follows touches credentials or logins. So that nobody does it at a screen you left open, say who you are again; it holds for ten minutes.
confirm-button = Go on

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
profile-codes = Second factor
profile-codes-on = On
profile-codes-off = Off
profile-codes-text = A one-time code from an authenticator app, asked for after the password. A stolen password alone opens nothing then.
profile-codes-begin = Set up one-time codes
profile-codes-end = Turn one-time codes off

codes-scan = Scan this picture with your authenticator app
codes-picture = QR code with the key for your authenticator app
codes-type = Or type this key into it:
codes-give = Type the code it shows
codes-finish = Turn one-time codes on

done-language = Your language is saved.
done-password = Your password is changed. Every other session has ended.
done-codes-on = One-time codes are on. You will be asked for one at the next sign-in.
done-codes-off = One-time codes are off.
