"""One identity provider: where people are sent, and what is done with the code that they come back with."""

from __future__ import annotations

import asyncio
import json
import ssl
import threading
import time
from collections.abc import Callable, Coroutine, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oauth2.client import OAuth2Client
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, RSAKey

from registret.oidc.description import Description
from registret.oidc.idtoken import (
    GIVEN_NAME,
    HSA_ID,
    ORGANISATION,
    SURNAME,
    Expected,
    UnknownKey,
    signed_claims,
    verify,
)
from registret.oidc.keys import private_key, strong_keys
from registret.oidc.refusals import AnswerUntrusted, LoginDeclined, ProviderUnavailable
from registret.oidc.values import AuthorizationRequest, ProviderBroken, VerifiedIdentity
from registret.outgoing.transport import Capped, Unwanted

BUDGET = 5.0  # seconds, for everything that one request of a person asks of the provider
KEPT = 3600.0  # seconds that the provider's description and keys are kept
AT_ONCE = 8  # people who may wait for the provider: threads are left that serve those with cards

# RFC 6749 4.1.2.1, OpenID Connect Core 3.1.2.6 and "unmet authentication requirements". Others are told as `other`.
_DECLINED = {
    "access_denied",
    "login_required",
    "interaction_required",
    "account_selection_required",
    "consent_required",
    "unmet_authentication_requirements",
}
_TROUBLE = {"server_error", "temporarily_unavailable"}

T = TypeVar("T")


@dataclass(slots=True, kw_only=True)
class OidcClient:
    """An identity provider, and this site as its client. Thread-safe; one for the whole process.

    The client shows who it is with `client_secret` (client_secret_basic) or, if it is given, with `client_key`
    (private_key_jwt; PEM). `levels`: acceptable values of `acr`. `ca_file`: the provider's CA if it is no public one.

    Raises: ProviderBroken.
    """

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    client_key: str = field(default="", repr=False)
    redirect_uri: str
    levels: Mapping[str, int]
    allow_test: bool = False
    ca_file: str = ""
    _tls: ssl.SSLContext = field(init=False, repr=False)
    _signs_with: RSAKey | ECKey | None = field(init=False, repr=False, default=None)
    _description: tuple[float, Description] | None = field(init=False, repr=False, default=None)
    _keys: tuple[float, KeySet] | None = field(init=False, repr=False, default=None)
    _places: threading.BoundedSemaphore = field(init=False, repr=False)
    _threads: ThreadPoolExecutor = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._places = threading.BoundedSemaphore(AT_ONCE)
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="oidc")
        try:
            self._tls = ssl.create_default_context(cafile=self.ca_file or None)
        except OSError as trouble:
            raise ProviderBroken(f"the CA of the identity provider, {self.ca_file}: {trouble}") from None
        if self.client_key:
            self._signs_with = private_key(self.client_key)

    def authorization_address(self, *, flow: AuthorizationRequest, language: str) -> str:
        """Where the browser goes to log in.

        A login of earlier today does not count: anyone who sits here now has to show the card (see decision 0047).

        Raises: ProviderUnavailable.
        """
        description = self._within_budget(self._describe)
        client = OAuth2Client(
            None, client_id=self.client_id, redirect_uri=self.redirect_uri, code_challenge_method="S256"
        )
        address, _ = client.create_authorization_url(
            description.authorization,
            state=flow.state,
            code_verifier=flow.verifier,
            scope="openid",
            nonce=flow.nonce,
            prompt="login",
            max_age=0,
            acr_values=" ".join(self.levels),
            claims=_claims_asked(self.levels),
            ui_locales=language,
        )
        return str(address)

    def redeem(
        self, *, answer: Mapping[str, str], flow: AuthorizationRequest, begun_at: datetime, at: datetime
    ) -> VerifiedIdentity:
        """Who logged in. `answer`: the parameters that the browser came back with (`state` is the caller's to check).

        Raises: ProviderUnavailable, LoginDeclined, AnswerUntrusted, LevelTooLow, NotFresh, NoHsaId, MalformedIdentity.
        """
        expected = Expected(
            issuer=self.issuer,
            client_id=self.client_id,
            nonce=flow.nonce,
            levels=self.levels,
            begun_at=begun_at,
            allow_test=self.allow_test,
        )
        return verify(self._within_budget(lambda: self._claims(answer, flow)), expected=expected, at=at)

    async def _claims(self, answer: Mapping[str, str], flow: AuthorizationRequest) -> dict[str, Any]:
        description = await self._describe()
        # RFC 9207: the answer of another provider (mix-up) is told by the name that it does not have.
        if answer.get("iss", None if description.names_itself else self.issuer) != self.issuer:
            raise AnswerUntrusted(reason="issuer")
        token = await self._fetch_token(_code_in(answer), flow, description)
        try:
            return signed_claims(token, await self._signing_keys(description))
        except UnknownKey:
            # The provider has changed its key since it was last asked.
            self._keys = None
        try:
            return signed_claims(token, await self._signing_keys(description))
        except UnknownKey:
            raise AnswerUntrusted(reason="signature") from None

    def reach(self) -> None:
        """Ask the provider for its description and its keys.

        Raises: ProviderUnavailable.
        """
        self._within_budget(self._everything)

    async def _everything(self) -> None:
        await self._signing_keys(await self._describe())

    def logout_address(self, *, back_to: str) -> str | None:
        """Where the browser goes to be logged out of the provider as well; None if that cannot be had.

        No ID token is kept to show there (see decision 0047), so that the provider may ask the person.
        """
        try:
            description = self._within_budget(self._describe)
        except ProviderUnavailable:
            return None
        if description.end_session is None:
            return None
        glue = "&" if urlsplit(description.end_session).query else "?"
        asked = {"client_id": self.client_id, "post_logout_redirect_uri": back_to}
        return f"{description.end_session}{glue}{urlencode(asked)}"

    async def _fetch_token(self, code: str, flow: AuthorizationRequest, description: Description) -> str:
        """The ID token. The access token that comes with it is not wanted and not kept."""
        async with self._client() as client:
            try:
                answer = await client.fetch_token(
                    description.token,
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=flow.verifier,
                    redirect_uri=self.redirect_uri,
                )
            except AuthlibBaseError as no:
                if no.error == "invalid_grant":
                    raise AnswerUntrusted(reason="code") from None
                raise ProviderUnavailable(reason="client") from None
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise AnswerUntrusted(reason="token")
        return token

    async def _describe(self) -> Description:
        kept = self._description
        if kept is None or _older(kept[0]):
            found = await self._get(f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
            kept = self._description = (time.monotonic(), Description.of(found, issuer=self.issuer))
        return kept[1]

    async def _signing_keys(self, description: Description) -> KeySet:
        kept = self._keys
        if kept is None or _older(kept[0]):
            kept = self._keys = (time.monotonic(), strong_keys(await self._get(description.keys)))
        return kept[1]

    async def _get(self, address: str) -> dict[str, Any]:
        async with httpx2.AsyncClient(**self._carefully()) as client:
            response = await client.get(address, headers={"Accept": "application/json"})
        response.raise_for_status()
        found = response.json()
        if not isinstance(found, dict):
            raise ProviderUnavailable(reason="answer")
        return found

    def _client(self) -> AsyncOAuth2Client:
        shows: dict[str, object] = {
            "client_secret": self.client_secret,
            "token_endpoint_auth_method": "client_secret_basic",
        }
        if self._signs_with is not None:
            shows = {"client_secret": self._signs_with, "token_endpoint_auth_method": "private_key_jwt"}
        client = AsyncOAuth2Client(client_id=self.client_id, **shows, **self._carefully())
        algorithm = "RS256" if isinstance(self._signs_with, RSAKey) else "ES256"
        client.register_client_auth_method(PrivateKeyJWT(alg=algorithm))
        return client

    def _carefully(self) -> dict[str, Any]:
        return {"transport": Capped(verify=self._tls), "timeout": BUDGET, "follow_redirects": False}

    def _within_budget(self, ask: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Does what `ask` says, within BUDGET seconds in all, however slowly bytes drip or a name is looked up."""
        if not self._places.acquire(blocking=False):
            raise ProviderUnavailable(reason="busy")
        try:
            asking = self._threads.submit(lambda: asyncio.run(asyncio.wait_for(ask(), BUDGET)))
        except RuntimeError:  # the process is ending
            self._places.release()
            raise ProviderUnavailable(reason="busy") from None
        # A look-up of a name cannot be broken off: its thread keeps the place until it ends, and nobody waits for it.
        asking.add_done_callback(lambda _: self._places.release())
        try:
            return asking.result(BUDGET + 0.5)
        except TimeoutError:
            raise ProviderUnavailable(reason="time") from None
        except (httpx2.TransportError, OSError):
            raise ProviderUnavailable(reason="network") from None
        except (httpx2.HTTPError, ValueError, JoseError, Unwanted):
            raise ProviderUnavailable(reason="answer") from None


def _claims_asked(levels: Iterable[str]) -> str:
    """OpenID Connect Core 5.5."""
    asked = {
        HSA_ID: {"essential": True},
        GIVEN_NAME: None,
        SURNAME: {"essential": True},
        ORGANISATION: None,
        "acr": {"essential": True, "values": list(levels)},
        "auth_time": {"essential": True},
    }
    return json.dumps({"id_token": asked}, separators=(",", ":"))


def _code_in(answer: Mapping[str, str]) -> str:
    error = answer.get("error")
    if error in _TROUBLE:
        raise ProviderUnavailable(reason="trouble")
    if error is not None:
        raise LoginDeclined(reason=error if error in _DECLINED else "other")
    if not answer.get("code"):
        raise AnswerUntrusted(reason="code")
    return answer["code"]


def _older(since: float) -> bool:
    return time.monotonic() - since > KEPT
