#!/usr/bin/env python3
"""A customer's mail server, as small as it can be, for trying Relaygate without Postfix.

It does what the mail server of a company does in this play:

- takes mail for its own domain from anybody (``--mx``) and passes it on to
  Relaygate over TLS with the credentials that were issued for the domain;
- takes mail from its own people and from Relaygate by submission with AUTH
  (``--submission`` with STARTTLS, ``--submissions`` with TLS from the first octet);
- delivers mail for every other domain into a Maildir, standing in for the rest of
  the world.

Only Python's standard library. It keeps mail in memory, which is fine for a play
and for nothing else.
"""

import argparse
import asyncio
import base64
import hmac
import json
import os
import smtplib
import ssl
import sys
import time
from dataclasses import dataclass, field
from email.utils import formatdate
from pathlib import Path

LINE_OCTETS_MAX = 8192
MESSAGE_OCTETS_MAX = 50 * 1024 * 1024
RETRY_SECONDS = 1


def log(event, **facts):
    print(json.dumps({"event": event, **facts}), flush=True)


@dataclass
class Message:
    sender: str
    recipients: list = field(default_factory=list)
    text: bytes = b""


class Session:
    """One SMTP connection; `login` says whether AUTH is required on this port."""

    def __init__(self, server, reader, writer, login, encrypted):
        self.server, self.reader, self.writer = server, reader, writer
        self.login, self.encrypted = login, encrypted
        self.user = None
        self.message = None

    async def say(self, *lines):
        for line in lines:
            self.writer.write(line.encode() + b"\r\n")
        await self.writer.drain()

    async def line(self):
        raw = await self.reader.readuntil(b"\r\n")
        return raw[:-2].decode("utf-8", "replace")

    async def run(self):
        await self.say(f"220 mail.{self.server.domain} ESMTP")
        while True:
            verb, _, rest = (await self.line()).partition(" ")
            command = getattr(self, "on_" + verb.lower(), None)
            if command is None:
                await self.say("502 5.5.1 command not known")
            elif await command(rest) == "close":
                return

    async def on_ehlo(self, _):
        offers = ["PIPELINING", f"SIZE {MESSAGE_OCTETS_MAX}", "8BITMIME", "ENHANCEDSTATUSCODES"]
        if self.encrypted and self.login:
            offers.append("AUTH PLAIN LOGIN")
        if not self.encrypted:
            offers.append("STARTTLS")
        names = [f"mail.{self.server.domain}", *offers]
        await self.say(*(f"250{'-' if n < len(names) - 1 else ' '}{name}" for n, name in enumerate(names)))

    async def on_starttls(self, _):
        await self.say("220 2.0.0 go ahead")
        await self.writer.start_tls(self.server.tls)
        self.encrypted = True

    async def on_auth(self, rest):
        mechanism, _, initial = rest.partition(" ")
        if not self.encrypted:
            return await self.say("538 5.7.11 encryption needed")
        if mechanism.upper() == "PLAIN":
            user, password = await self.plain(initial)
        else:
            user, password = await self.ask("VXNlcm5hbWU6"), await self.ask("UGFzc3dvcmQ6")
        if not self.server.knows(user, password):
            return await self.say("535 5.7.8 credentials are not valid")
        self.user = user
        log("login", user=user, tls=self.writer.get_extra_info("ssl_object").version())
        await self.say("235 2.7.0 welcome")

    async def plain(self, initial):
        answer = initial or await self.ask("", raw=True)
        _, user, password = base64.b64decode(answer).decode().split("\0")
        return user, password

    async def ask(self, challenge, raw=False):
        await self.say("334 " + challenge)
        answer = await self.line()
        return answer if raw else base64.b64decode(answer).decode()

    async def on_mail(self, rest):
        if self.login and self.user is None:
            return await self.say("530 5.7.0 authentication required")
        self.message = Message(path(rest))
        await self.say("250 2.1.0 sender ok")

    async def on_rcpt(self, rest):
        recipient = path(rest)
        if self.message is None:
            return await self.say("503 5.5.1 MAIL first")
        if self.user is None and not self.server.is_own(recipient):
            return await self.say("550 5.7.1 relaying denied")
        self.message.recipients.append(recipient)
        await self.say("250 2.1.5 recipient ok")

    async def on_data(self, _):
        if self.message is None or not self.message.recipients:
            return await self.say("503 5.5.1 RCPT first")
        await self.say("354 end with a dot")
        lines = []
        while (line := await self.reader.readuntil(b"\n")) != b".\r\n":
            lines.append(line[1:] if line.startswith(b".") else line)
        self.message.text = self.received() + b"".join(lines)
        self.server.take(self.message)
        self.message = None
        await self.say("250 2.0.0 taken")

    def received(self):
        tls = self.writer.get_extra_info("ssl_object")
        how = "ESMTPSA" if self.user else "ESMTPS" if tls else "ESMTP"
        return f"Received: by mail.{self.server.domain} with {how};\r\n\t{formatdate()}\r\n".encode()

    async def on_rset(self, _):
        self.message = None
        await self.say("250 2.0.0 ok")

    async def on_noop(self, _):
        await self.say("250 2.0.0 ok")

    async def on_quit(self, _):
        await self.say("221 2.0.0 bye")
        return "close"


class Server:
    def __init__(self, options):
        self.options = options
        self.domain = options.domain
        self.queue = asyncio.Queue()
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.load_cert_chain(options.certificate, options.key)

    async def run(self):
        await self.listen(self.options.mx, login=False)
        await self.listen(self.options.submission, login=True)
        await self.listen(self.options.submissions, login=True, tls=self.tls)
        log("ready")
        while True:
            await self.pass_on(await self.queue.get())

    async def listen(self, port, login, tls=None):
        async def serve(reader, writer):
            try:
                await Session(self, reader, writer, login, tls is not None).run()
            except (OSError, ValueError, EOFError, asyncio.LimitOverrunError) as error:
                log("session broke off", why=repr(error))
            finally:
                writer.close()

        await asyncio.start_server(serve, "127.0.0.1", port, ssl=tls, limit=LINE_OCTETS_MAX)

    def knows(self, user, password):
        """Logins are read at each use, so that they can be added while we run."""
        logins = json.loads(Path(self.options.logins).read_text())
        return hmac.compare_digest(logins.get(user, "").encode(), password.encode()) and user in logins

    def is_own(self, address):
        return address.lower().endswith("@" + self.domain)

    def take(self, message):
        own = [a for a in message.recipients if self.is_own(a)]
        for address in message.recipients:
            if address not in own:
                self.deliver(address, message)
        if own:
            self.queue.put_nowait(Message(message.sender, own, message.text))

    def deliver(self, address, message):
        folder = Path(self.options.mailbox) / "new"
        folder.mkdir(parents=True, exist_ok=True)
        top = f"Return-Path: <{message.sender}>\r\nDelivered-To: {address}\r\n".encode()
        name = f"{time.time_ns()}.{os.getpid()}"
        (folder / ("." + name)).write_bytes(top + message.text)
        (folder / ("." + name)).rename(folder / name)
        log("delivered", to=address)

    async def pass_on(self, message):
        try:
            await asyncio.to_thread(self.relay, message)
            log("relayed", to=message.recipients)
        except (OSError, smtplib.SMTPException) as error:
            log("relaying deferred", why=str(error))
            asyncio.get_running_loop().call_later(RETRY_SECONDS, self.queue.put_nowait, message)

    def relay(self, message):
        """To Relaygate: TLS with a checked certificate, then AUTH, then the mail."""
        user, password = Path(self.options.relay_credentials).read_text().split("\n")[:2]
        context = ssl.create_default_context(cafile=self.options.relay_ca)
        context.check_hostname = False  # the play reaches Relaygate by its address
        with smtplib.SMTP("127.0.0.1", self.options.relay, timeout=20) as client:
            client.starttls(context=context)
            client.login(user, password)
            client.sendmail(message.sender, message.recipients, message.text)


def path(rest):
    """`FROM:<a@b> SIZE=1` -> `a@b`"""
    return rest[rest.index("<") + 1 : rest.index(">")]


def options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--domain", required=True)
    parser.add_argument("--mx", type=int, required=True)
    parser.add_argument("--submission", type=int, required=True)
    parser.add_argument("--submissions", type=int, required=True)
    parser.add_argument("--certificate", required=True)
    parser.add_argument("--key", required=True)
    parser.add_argument("--logins", required=True, help="JSON file: user name -> password")
    parser.add_argument("--mailbox", required=True, help="Maildir for mail to the rest of the world")
    parser.add_argument("--relay", type=int, required=True, help="Relaygate's submission port (STARTTLS)")
    parser.add_argument("--relay-ca", required=True, help="certificate (PEM) to trust there")
    parser.add_argument("--relay-credentials", required=True, help="file: user name, newline, password")
    return parser.parse_args()


if __name__ == "__main__":
    try:
        asyncio.run(Server(options()).run())
    except KeyboardInterrupt:
        sys.exit(0)
