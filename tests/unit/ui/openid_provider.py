"""A tiny OpenID provider of this machine: discovery, authorize, token, keys. Whoever comes is who it is told."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwk, jwt

CLIENT_ID, CLIENT_SECRET = "client", "client-secret"


class Provider:
    """Signs in ``user`` at once, without asking. Its address is ``url``."""

    def __init__(self):
        self.user = "ada"
        self.key = jwk.RSAKey.generate_key(2048, {"kid": "one"})
        self.codes = {}
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *args):
                pass

            def do_GET(self):
                asked = urlsplit(self.path)
                if asked.path == "/oauth/authorize":
                    self.send_response(302)
                    self.send_header("Location", provider.authorize(parse_qs(asked.query)))
                    self.end_headers()
                else:
                    self.answer(provider.documents()[asked.path])

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                self.answer(provider.token(parse_qs(body)))

            def answer(self, document):
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(json.dumps(document).encode())

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=[0.02])

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._thread.join(20)
        self._server.server_close()

    def documents(self):
        return {
            "/.well-known/openid-configuration": {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/oauth/authorize",
                "token_endpoint": f"{self.url}/oauth/token",
                "userinfo_endpoint": f"{self.url}/oauth/userinfo",
                "jwks_uri": f"{self.url}/oauth/jwks",
                "id_token_signing_alg_values_supported": ["RS256"],
            },
            "/oauth/jwks": {"keys": [self.key.as_dict(private=False)]},
            "/oauth/userinfo": self.userinfo(),
        }

    def userinfo(self):
        return {
            "sub": f"id of {self.user}",
            "name": f"{self.user} in full",
            "preferred_username": self.user,
            "profile": f"{self.url}/{self.user}",
            "picture": f"{self.url}/{self.user}.png",
        }

    def authorize(self, query):
        code = f"code-{len(self.codes)}"
        self.codes[code] = query["nonce"][0]
        return f"{query['redirect_uri'][0]}&{urlencode({'code': code, 'state': query['state'][0]})}"

    def token(self, form):
        nonce = self.codes.pop(form["code"][0])
        at = int(time.time())
        claims = {"iss": self.url, "aud": CLIENT_ID, "iat": at, "exp": at + 600, "nonce": nonce, **self.userinfo()}
        return {
            "access_token": "an access token",
            "token_type": "bearer",
            "expires_in": 28_800,
            "scope": "openid profile",
            "id_token": jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.key),
        }
