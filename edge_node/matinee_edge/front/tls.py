"""TLS: a certificate, renewed in place, and the sockets that it secures."""

import logging
import socket
import ssl
from pathlib import Path

from matinee.errors import SettingsInvalid

log = logging.getLogger("matinee.edge.front")

_KERNEL = getattr(ssl, "OP_ENABLE_KTLS", 0)  # from Python 3.12 on, where OpenSSL has it


class Tls:
    """TLS 1.3 and nothing older."""

    def __init__(self, certificate: Path, key: Path) -> None:
        """Both in PEM. Raises SettingsInvalid if they cannot be used."""
        self._certificate = certificate
        self._key = key
        self._stamp = self._stamped()
        self._context = self._loaded()

    def renew(self) -> None:
        """From now on the files as they stand are used; those of before, if these cannot be."""
        stamp = self._stamped()
        if stamp == self._stamp:
            return
        self._stamp = stamp
        try:
            self._context = self._loaded()
            log.info("certificate read again")
        except SettingsInvalid as error:
            log.warning("the certificate stays as it was: %s", error.what)

    def secured(self, sock: socket.socket) -> ssl.SSLSocket:
        """The accepted socket, without blocking; its handshake is still to be done."""
        return self._context.wrap_socket(sock, server_side=True, do_handshake_on_connect=False)

    def _loaded(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.options |= _KERNEL
        context.set_alpn_protocols(["http/1.1"])
        try:
            # With no password at all OpenSSL would ask at the terminal, and wait.
            context.load_cert_chain(self._certificate, self._key, password="")
        except (OSError, ssl.SSLError) as error:
            what = f"{self._certificate.name} and {self._key.name} are no certificate and its key: {error}."
            raise SettingsInvalid(what, certificate=str(self._certificate), key=str(self._key)) from error
        return context

    def _stamped(self) -> tuple[float, float]:
        try:
            return self._certificate.stat().st_mtime, self._key.stat().st_mtime
        except OSError:
            return 0.0, 0.0
