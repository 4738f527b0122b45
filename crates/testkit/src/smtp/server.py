# Takes letters and prints each as a line of JSON, after a line with the port. Arguments: certificate, key, mode (tls, starttls, plain).
import asyncio
import json
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult

certificate, key, mode = sys.argv[1:]
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(certificate, key)


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody@"):
            return "550 5.1.1 there is no such mailbox in our cellar"
        if address.startswith("busy@"):
            return "451 4.7.1 later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        letter = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "tls": server.transport.get_extra_info("ssl_object") is not None,
            "login": session.auth_data,
            "text": envelope.content.decode("utf-8", "surrogateescape"),
        }
        print(json.dumps(letter), flush=True)
        return "250 OK"


def authenticate(server, session, envelope, mechanism, data):
    if (data.login, data.password) == (b"limpid", b"a password for mail"):
        return AuthResult(success=True, auth_data=data.login.decode())
    return AuthResult(success=False, handled=False)


def protocol():
    if mode == "plain":
        return SMTP(Handler(), hostname="localhost")
    starttls = context if mode == "starttls" else None
    return SMTP(
        Handler(),
        hostname="localhost",
        tls_context=starttls,
        require_starttls=starttls is not None,
        authenticator=authenticate,
        auth_required=True,
        auth_require_tls=starttls is not None,
    )


async def main():
    tls = context if mode == "tls" else None
    server = await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", 0, ssl=tls)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
