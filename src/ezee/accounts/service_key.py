"""The service key, and what is derived from it: signing secrets and the keys of links.

It lies in a file of the data folder, outside the account database. So the database holds nothing
that anybody could sign with, and nothing secret has to be kept for a tracker. Each use has a
label of its own, so that none can stand in for another.
"""

from __future__ import annotations

import hmac
import os
import secrets
import tempfile
from pathlib import Path

from ezee.durable import sync
from ezee.errors import SetupError

FILE_NAME = "service.key"
NONCE_SIZE = 16
_SIZE = 32
_TOKEN_SIZE = 16


def read_service_key(folder: Path) -> bytes:
    """The 32 bytes of the data folder's key, made when there are none yet. Blocks.

    Raises:
        SetupError: it cannot be made or read, or is damaged.
    """
    path = folder / FILE_NAME
    try:
        if not path.exists():
            _make(path)
        key = path.read_bytes()
    except OSError as error:
        raise SetupError(
            f"The service key {path} cannot be made or read: {error.strerror}."
        ) from error
    # A crash of the disk may leave a file of zeros, and everybody knows that key.
    if len(key) != _SIZE or not any(key):
        raise SetupError(
            f"The service key {path} is damaged. Put back the one from your backup; or delete it, "
            "and give out every signing secret and opt-out link anew."
        )
    return key


def new_nonce() -> bytes:
    """What tells a tracker's signing secret, or link, from earlier ones: 16 random bytes."""
    return secrets.token_bytes(NONCE_SIZE)


def signing_secret(service_key: bytes, site_id: str, nonce: bytes) -> str:
    """What a tracker's own servers sign with: ``ezs_`` and 64 hex digits."""
    return f"ezs_{_derived(service_key, b'stamp', site_id.encode(), nonce).hex()}"


def opt_out_key(service_key: bytes, site_id: str) -> str:
    """The 32 hex digits by which a link shows that it came from the tracker's owner."""
    return _derived(service_key, b"opt-out", site_id.encode()).hex()[:32]


def is_opt_out_key(key: str, service_key: bytes, site_id: str) -> bool:
    """Whether that is the tracker's opt-out key. Any text may be asked about."""
    expected = opt_out_key(service_key, site_id)
    return hmac.compare_digest(key.encode(errors="surrogatepass"), expected.encode())


def share_key(service_key: bytes, site_id: str, nonce: bytes) -> str:
    """The 32 hex digits by which a link shows a tracker's report."""
    return _derived(service_key, b"share", site_id.encode(), nonce).hex()[:32]


def is_share_key(key: str, service_key: bytes, site_id: str, nonce: bytes) -> bool:
    """Whether that is the key of the tracker's link. Any text may be asked about."""
    expected = share_key(service_key, site_id, nonce)
    return hmac.compare_digest(key.encode(errors="surrogatepass"), expected.encode())


def share_pass(service_key: bytes, site_id: str, lock: str, until: int) -> str:
    """What stands in for the password of a tracker's link up to a time; ``lock`` is the link's."""
    parts = (site_id.encode(), lock.encode(), str(until).encode())
    return _derived(service_key, b"share-pass", *parts).hex()


def is_share_pass(given: str, service_key: bytes, site_id: str, lock: str, until: int) -> bool:
    """Whether that stands in for the password. Any text may be asked about."""
    expected = share_pass(service_key, site_id, lock, until)
    return hmac.compare_digest(given.encode(errors="surrogatepass"), expected.encode())


def authenticator_secret(service_key: bytes, user_id: str, nonce: str) -> bytes:
    """The 20 bytes that a user's authenticator makes its codes of."""
    return _derived(service_key, b"totp", user_id.encode(), nonce.encode())[:20]


def set_up_key(service_key: bytes) -> str:
    """The 32 hex digits by which a link shows that it came from the operator's terminal."""
    return _derived(service_key, b"set-up").hex()[:32]


def is_set_up_key(key: str, service_key: bytes) -> bool:
    """Whether that is the key to set the service up. Any text may be asked about."""
    expected = set_up_key(service_key)
    return hmac.compare_digest(key.encode(errors="surrogatepass"), expected.encode())


def limits_key(service_key: bytes) -> bytes:
    """What the names of shared limits are hashed with: 32 bytes."""
    return _derived(service_key, b"limits")


def salt_of(service_key: bytes, nonce: bytes, *whose: int) -> bytes:
    """The 32 bytes that a nonce of the account database stands for: tracker, day and the rest."""
    return _derived(service_key, b"salt", nonce, repr(whose).encode())


def key_mark(service_key: bytes) -> bytes:
    """What tells whether two nodes have the same key: 16 bytes that tell nothing else of it."""
    return _derived(service_key, b"mark")[:16]


def form_token(service_key: bytes, seed: str) -> str:
    """What a form of ours carries, so that no other site can send one in its visitor's name.

    It is another text each time, a random pad and the secret beneath it: pages are compressed, and
    a secret that is the same in each could be guessed from their lengths (BREACH, CVE-2013-3587).
    """
    pad = secrets.token_bytes(_TOKEN_SIZE)
    return (pad + _xor(pad, _form_secret(service_key, seed))).hex()


def is_form_token(token: str, service_key: bytes, seed: str) -> bool:
    """Whether that is the token of the seed. Any text may be asked about."""
    try:
        given = bytes.fromhex(token)
    except ValueError:
        return False
    pad, hidden = given[:_TOKEN_SIZE], given[_TOKEN_SIZE:]
    expected = _form_secret(service_key, seed)
    return hmac.compare_digest(_xor(pad, hidden), expected) if len(given) == len(pad) * 2 else False


def _form_secret(service_key: bytes, seed: str) -> bytes:
    return _derived(service_key, b"form", seed.encode(errors="surrogatepass"))[:_TOKEN_SIZE]


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(left ^ right for left, right in zip(one, other, strict=True))


def _derived(service_key: bytes, *parts: bytes) -> bytes:
    return hmac.digest(service_key, b"|".join(parts), "sha256")


def _make(path: Path) -> None:
    """Write a new key, unless another process is quicker: a link never replaces a file."""
    # mkstemp gives the file mode 0600.
    handle, name = tempfile.mkstemp(prefix=f"{FILE_NAME}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(_SIZE))
            file.flush()
            os.fsync(handle)
        os.link(name, path)
    except FileExistsError:
        pass
    finally:
        Path(name).unlink()
    sync(path.parent)
