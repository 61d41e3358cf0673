"""An identity provider for tests: Authlib's own server over TLS, PKCE demanded. It tells the truth unless told to lie.

It tells what Inera's tells: `employeeHsaId` and the names if the `claims` parameter asks for them, `acr`, `auth_time`.
"""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import flask
from authlib.integrations.flask_oauth2.authorization_server import AuthorizationServer
from authlib.oauth2.rfc6749 import AuthorizationCodeGrant, ClientMixin, scope_to_list
from authlib.oauth2.rfc7523 import JWTBearerClientAssertion
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc9207 import IssuerParameter
from authlib.oidc.core import AuthorizationCodeMixin, OpenIDCode
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey
from werkzeug.serving import BaseWSGIServer, make_server

from registret.demo.authorities import ServerFiles

LOA3, LOA2 = "http://id.sambi.se/loa/loa3", "http://id.sambi.se/loa/loa2"
CLIENT_ID, CLIENT_SECRET = "registret", "a secret of at least some length"
ANNA = {
    "employeeHsaId": "SE2321009991-E00K4T2",
    "given_name": "Anna",
    "family_name": "Berg",
    "credentialOrganizationName": "Region Norrvik",
}


@dataclass(slots=True)
class Lies:
    """What the provider does wrong, each a change to what it would truthfully say. Nothing set: it tells the truth."""

    claims: dict[str, Any] = field(default_factory=dict)
    without: tuple[str, ...] = ()
    sign: Callable[[dict[str, Any]], str] | None = None
    answer: Callable[[dict[str, str]], dict[str, str]] = lambda parameters: parameters
    description: dict[str, Any] = field(default_factory=dict)
    reply: Callable[[str], flask.typing.ResponseReturnValue | None] = lambda path: None


@dataclass(slots=True)
class IdentityProvider:
    """Runs between `__enter__` and `__exit__`. `person`: the claims of the user; None: a user who cancels.

    `secret` authenticates the client, or `client_key` does (private_key_jwt) if there is one.
    """

    files: ServerFiles
    person: dict[str, Any] | None = field(default_factory=lambda: dict(ANNA))
    lies: Lies = field(default_factory=Lies)
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"use": "sig", "kid": secrets.token_hex(4)}))
    client_key: RSAKey | ECKey | None = None
    logged_in_at: float | None = None
    """A session that the browser has at the provider since then; None: it has none."""
    knows_prompt: bool = True
    """Whether it obeys `prompt=login` and `max_age`."""
    asked: list[dict[str, str]] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    codes: dict[str, _Code] = field(default_factory=dict)
    _server: BaseWSGIServer | None = None

    @property
    def issuer(self) -> str:
        assert self._server is not None
        return f"https://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        app = _app(self)
        self._server = make_server(
            "127.0.0.1", 0, app, threaded=True, ssl_context=(str(self.files.chain), str(self.files.key))
        )
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.shutdown()
        self._server.server_close()

    def truth(self) -> None:
        """As in the beginning: nobody was here, and nothing is hidden."""
        self.person, self.lies, self.logged_in_at, self.knows_prompt = dict(ANNA), Lies(), None, True
        self.client_key = None
        self.asked.clear()
        self.requests.clear()
        self.codes.clear()


@dataclass(slots=True)
class _Client(ClientMixin):
    there: IdentityProvider

    def get_client_id(self) -> str:
        return CLIENT_ID

    def get_default_redirect_uri(self) -> None:
        return None

    def get_allowed_scope(self, scope: str) -> str:
        return " ".join(s for s in scope_to_list(scope) if s == "openid")

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return urlsplit(redirect_uri).path == "/logga-in/legitimering/svar"

    def check_client_secret(self, client_secret: str) -> bool:
        return client_secret == CLIENT_SECRET

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == ("private_key_jwt" if self.there.client_key else "client_secret_basic")

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"


@dataclass(slots=True, kw_only=True)
class _Code(AuthorizationCodeMixin):
    redirect_uri: str
    nonce: str
    code_challenge: str
    code_challenge_method: str
    wanted: list[str]
    person: dict[str, Any]
    auth_time: int

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return "openid"

    def get_nonce(self) -> str:
        return self.nonce

    def get_auth_time(self) -> int:
        return self.auth_time

    def get_acr(self) -> str:
        return LOA3

    def get_amr(self) -> list[str]:
        return ["urn:inera:sithseid"]


def _app(there: IdentityProvider) -> flask.Flask:
    app = flask.Flask(__name__)
    server = AuthorizationServer(
        app, query_client=lambda name: _Client(there) if name == CLIENT_ID else None, save_token=lambda *_: None
    )

    class CodeGrant(AuthorizationCodeGrant):
        TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic", "private_key_jwt"]

        def save_authorization_code(self, code: str, request: Any) -> None:
            asked = request.payload.data
            now = int(time.time())
            renew = there.knows_prompt and (asked.get("prompt") == "login" or asked.get("max_age") == "0")
            since = now if renew or there.logged_in_at is None else int(there.logged_in_at)
            there.codes[code] = _Code(
                redirect_uri=asked["redirect_uri"],
                nonce=asked["nonce"],
                code_challenge=asked["code_challenge"],
                code_challenge_method=asked["code_challenge_method"],
                wanted=list(json.loads(asked["claims"])["id_token"]),
                person=dict(request.user),
                auth_time=since,
            )

        def query_authorization_code(self, code: str, client: object) -> _Code | None:
            return there.codes.get(code)

        def delete_authorization_code(self, authorization_code: _Code) -> None:
            there.codes = {code: kept for code, kept in there.codes.items() if kept is not authorization_code}

        def authenticate_user(self, authorization_code: _Code) -> dict[str, Any]:
            return {n: v for n, v in authorization_code.person.items() if n in authorization_code.wanted}

    class Tokens(OpenIDCode):
        def exists_nonce(self, nonce: str, request: object) -> bool:
            return False

        def generate_user_info(self, user: dict[str, Any], scope: str) -> dict[str, Any]:
            return {"sub": "a-transient-name", **user}

        def encode_id_token(self, token: dict[str, Any], request: Any) -> str:
            now = int(time.time())
            claims = {"iss": there.issuer, "aud": CLIENT_ID, "iat": now, "exp": now + 300}
            claims |= self.get_authorization_code_claims(request.authorization_code)
            claims |= self.generate_user_info(request.user, "openid")
            told = {n: v for n, v in (claims | there.lies.claims).items() if n not in there.lies.without}
            if there.lies.sign is not None:
                return there.lies.sign(told)
            return jwt.encode({"alg": "RS256", "kid": there.key.kid}, told, there.key)

    class Assertion(JWTBearerClientAssertion):
        CLIENT_AUTH_METHOD = "private_key_jwt"

        def validate_jti(self, claims: dict[str, Any], jti: str) -> bool:
            return True

        def get_audiences(self) -> list[str]:
            return [f"{there.issuer}/token"]

        def resolve_client_public_key(self, client: object) -> RSAKey | ECKey:
            assert there.client_key is not None
            return there.client_key

    class Issuer(IssuerParameter):
        def get_issuer(self) -> str:
            return there.issuer

    server.register_grant(CodeGrant, [Tokens(require_nonce=True), CodeChallenge(required=True)])
    server.register_client_auth_method("private_key_jwt", Assertion())
    server.register_extension(Issuer())

    @app.before_request
    def lie() -> flask.typing.ResponseReturnValue | None:
        there.requests.append(flask.request.path)
        return there.lies.reply(flask.request.path)

    @app.get("/.well-known/openid-configuration")
    def describe() -> dict[str, Any]:
        told = {
            "issuer": there.issuer,
            "authorization_endpoint": f"{there.issuer}/authorize",
            "token_endpoint": f"{there.issuer}/token",
            "jwks_uri": f"{there.issuer}/keys",
            "end_session_endpoint": f"{there.issuer}/logout",
            "authorization_response_iss_parameter_supported": True,
        }
        return told | there.lies.description

    @app.get("/keys")
    def keys() -> dict[str, Any]:
        return dict(KeySet([there.key]).as_dict(private=False))

    @app.get("/authorize")
    def authorize() -> flask.typing.ResponseReturnValue:
        there.asked.append(flask.request.args.to_dict())
        grant = server.get_consent_grant(end_user=there.person)
        # Authlib reads "no user" as what it is when somebody cancels: access_denied.
        response = server.create_authorization_response(grant_user=there.person, grant=grant)
        target = urlsplit(response.headers["Location"])
        told = there.lies.answer(dict(parse_qsl(target.query)))
        return flask.redirect(urlunsplit(target._replace(query=urlencode(told))))

    @app.post("/token")
    def token() -> Any:
        return server.create_token_response()

    @app.get("/logout")
    def logout() -> flask.typing.ResponseReturnValue:
        there.logged_in_at = None
        return flask.redirect(flask.request.args["post_logout_redirect_uri"])

    return app
