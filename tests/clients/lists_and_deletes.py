"""An existing client library, unchanged, against our base address.

Reads support addresses and deletes those of connectors, one in each call; reads a
ticket with its comments and its requester. Prints what it saw as JSON.
lists_and_deletes.py HOST PORT EMAIL TOKEN CA-FILE
"""

import json
import socket
import sys

import requests
from zenpy import Zenpy

host, port, email, token, authority = sys.argv[1:]


def here(name, *rest, look_up=socket.getaddrinfo):
    """The one name we need leads to this machine; no name server knows it."""
    return look_up("127.0.0.1" if name == host else name, *rest)


socket.getaddrinfo = here

session = requests.Session()
session.verify = authority
session.trust_env = False  # or the environment's authorities would be believed instead
# The library puts the address together of these two.
subdomain, domain = host.split(".", 1)
client = Zenpy(
    subdomain=subdomain, domain=f"{domain}:{port}", email=email, token=token, session=session
)
seen = {"addresses": [], "deleted": [], "tickets": []}

for found in list(client.recipient_addresses()):
    seen["addresses"].append(found.email)
    if found.connection_type == "smtp":
        client.recipient_addresses.delete(found)
        seen["deleted"].append(found.email)

for ticket in client.tickets():
    comments = [comment.body for comment in client.tickets.comments(ticket=ticket.id)]
    seen["tickets"].append(
        {
            "id": ticket.id,
            "subject": ticket.subject,
            "tags": ticket.tags,
            "requester": ticket.requester.email,
            "comments": comments,
        }
    )

print(json.dumps(seen))
