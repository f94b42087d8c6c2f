"""Talks to a submission listener the way a customer's server written with smtplib would.

talk.py PORT SOURCE guess USER TIMES     fails to log in that often; prints the reply codes
talk.py PORT SOURCE send MECHANISM USER PASSWORD OCTETS     logs in and sends; prints the last reply
"""

import base64
import smtplib
import ssl
import sys

port, source, what, *rest = sys.argv[1:]
# The certificate is self-made: who the server is, is not what is tested here.
context = ssl._create_unverified_context()
client = smtplib.SMTP_SSL("127.0.0.1", int(port), context=context, source_address=(source, 0), timeout=60)
client.ehlo("mail.acme.example")

if what == "guess":
    user, times = rest
    wrong = base64.b64encode(f"\0{user}\0wrong".encode()).decode()
    codes = []
    for _ in range(int(times)):
        try:
            codes.append(str(client.docmd("AUTH", f"PLAIN {wrong}")[0]))
        except smtplib.SMTPServerDisconnected:
            break
    print(*codes)
else:
    mechanism, user, password, octets = rest
    offered = client.esmtp_features.get("auth", "").split()
    if mechanism not in offered:
        sys.exit(print("offered", *offered))
    client.user, client.password = user, password
    client.auth(mechanism, getattr(client, f"auth_{mechanism.lower()}"))
    line = "x" * 76 + "\r\n"
    text = (
        "From: erika@user.example\r\nTo: help@acme.example\r\nSubject: Hello\r\n\r\n"
        + line * (int(octets) // len(line) + 1)
    )
    try:
        client.mail("erika@user.example")
        client.rcpt("help@acme.example")
        code, said = client.data(text)
    except smtplib.SMTPResponseException as refused:
        code, said = refused.smtp_code, refused.smtp_error
    print(code, said.decode())
