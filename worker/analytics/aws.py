"""The worker's ways to AWS. Clients are made when first needed: a request with its rows inline needs none."""

from __future__ import annotations

from functools import cache

import botocore.session
from botocore.client import BaseClient
from botocore.config import Config
from botocore.exceptions import ClientError

# Below a minute in all, so that an outage is an error and not a timeout.
CONFIG = Config(connect_timeout=3, read_timeout=15, retries={"mode": "standard", "total_max_attempts": 3})


@cache
def client(service: str) -> BaseClient:
    return botocore.session.get_session().create_client(service, config=CONFIG)


def code(error: ClientError) -> str:
    return error.response.get("Error", {}).get("Code", "")
