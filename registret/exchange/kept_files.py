"""Files that are kept for a time, in parts: of a file to bring in the rows, of an export its pieces.

A part is encrypted with a key that is not in the database, and names its patients by the marks of opt-outs. When one of
them opts out, a trigger in the same transaction empties the part (of a file to bring in) or takes the whole file away
(an export). Who may see a file is decided by the caller.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Sum
from django.db.models.functions import Length

from registret.exchange.models import KeptFile, KeptPart
from registret.exchange.refusals import FileGone, FileTooLarge
from registret.kernel.secret import derived
from registret.records.locks import share_identities
from registret.records.numbers import PatientNumber
from registret.records.opt_out_marks import mark_of, marks_key
from registret.records.queries.patients import blocked_among
from registret.records.refusals import OptedOut

Purpose = KeptFile.Purpose

MOST_MB: Final = 64
"""Of a file, as it is kept: compressed and encrypted."""
_NONCE: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePart:
    """`numbers`: those of all patients who are named or told about in it. Empty `content`: its patient has opted out.
    `note`: a word by which some parts of a file are found, in the clear."""

    number: int
    content: bytes
    numbers: Collection[PatientNumber] = ()
    note: str = ""


def keep(*, clinic_id: int, account_id: int, purpose: Purpose, ends_at: datetime, at: datetime) -> int:
    """Begin a file without parts, and return its id."""
    kept = KeptFile.objects.create(
        clinic_id=clinic_id, by_id=account_id, purpose=purpose, marks_key=marks_key(), at=at, ends_at=ends_at
    )
    return kept.id


@transaction.atomic
def add_parts(file_id: int, parts: Sequence[FilePart]) -> None:
    """Add parts to a file. A row of a patient who has opted out is left empty; an export with one is refused.

    Raises: FileGone, FileTooLarge, OptedOut.
    """
    # An opt-out is either done, and asked about here, or comes after and finds the parts.
    share_identities()
    kept = _there(file_id)
    gone = blocked_among({number for part in parts for number in part.numbers})
    if gone and kept.purpose == Purpose.EXPORT:
        raise OptedOut()
    cipher = _cipher(file_id)
    KeptPart.objects.bulk_create(
        KeptPart(file_id=file_id, number=part.number, content=b"", marks=[], note="")
        if gone.intersection(part.numbers)
        else _kept_part(file_id, cipher, part)
        for part in parts
    )
    if size_of(file_id) > MOST_MB * 1024 * 1024:
        raise FileTooLarge(most=MOST_MB)


@transaction.atomic
def replace_parts(file_id: int, parts: Sequence[FilePart]) -> None:
    """Give parts another content and note, about the same patients. Parts that were emptied stay empty.

    Raises: FileGone.
    """
    _there(file_id)
    cipher = _cipher(file_id)
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE exchange_keptpart SET content = %s, note = %s WHERE file_id = %s AND number = %s AND content <> ''",
            [(_locked(cipher, part), part.note, file_id, part.number) for part in parts],
        )


def parts_of(
    file_id: int, *, at: datetime, first: int = 0, most: int | None = None, note: str | None = None
) -> Iterator[FilePart]:
    """The parts from number `first` on, or those of them with this note, in their order, without the numbers of their
    patients.

    Raises: FileGone (it has ended or was taken away, or the key was changed).
    """
    if not KeptFile.objects.filter(id=file_id, gone_at=None, ends_at__gt=at).exists():
        raise FileGone()
    found = KeptPart.objects.filter(file_id=file_id, number__gte=first).order_by("number")
    if note is not None:
        found = found.filter(note=note)
    cipher = _cipher(file_id)
    for number, content, noted in found.values_list("number", "content", "note")[:most].iterator(chunk_size=100):
        yield FilePart(number=number, content=_unlocked(cipher, number, bytes(content)), note=noted)


def size_of(file_id: int) -> int:
    """In bytes, as it is kept."""
    size = KeptPart.objects.filter(file_id=file_id).aggregate(size=Sum(Length("content")))["size"]
    return size or 0


@transaction.atomic
def destroy(file_id: int, *, at: datetime) -> None:
    """Delete what is in a file, if it is there still."""
    KeptFile.objects.filter(id=file_id, gone_at=None).update(gone_at=at)
    KeptPart.objects.filter(file_id=file_id).delete()


def destroy_ended(*, at: datetime) -> int:
    """By the clock: delete what is in files whose time is over; return how many."""
    ended = list(KeptFile.objects.filter(gone_at=None, ends_at__lte=at).values_list("id", flat=True))
    for file_id in ended:
        destroy(file_id, at=at)
    return len(ended)


def _there(file_id: int) -> KeptFile:
    """The file, locked for the transaction. Raises: FileGone."""
    kept = KeptFile.objects.select_for_update().filter(id=file_id, gone_at=None).first()
    if kept is None:
        raise FileGone()
    return kept


def _cipher(file_id: int) -> AESGCM:
    return AESGCM(derived(key=settings.FILE_KEY, purpose="kept-file", parts=(file_id,)))


def _kept_part(file_id: int, cipher: AESGCM, part: FilePart) -> KeptPart:
    return KeptPart(
        file_id=file_id,
        number=part.number,
        content=_locked(cipher, part),
        marks=[mark_of(number)[1] for number in part.numbers],
        note=part.note,
    )


def _locked(cipher: AESGCM, part: FilePart) -> bytes:
    nonce = os.urandom(_NONCE)
    return nonce + cipher.encrypt(nonce, zlib.compress(part.content), _place(part.number))


def _unlocked(cipher: AESGCM, number: int, content: bytes) -> bytes:
    """Raises: FileGone (it was encrypted with another key)."""
    if not content:
        return b""
    try:
        return zlib.decompress(cipher.decrypt(content[:_NONCE], content[_NONCE:], _place(number)))
    except InvalidTag:
        raise FileGone() from None


def _place(number: int) -> bytes:
    """Encrypted along with the content, so that no part can stand in the place of another."""
    return str(number).encode()
