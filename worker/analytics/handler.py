"""The entry point that Lambda calls: one handler, three ways in."""

from __future__ import annotations

import os

from .services import services_from
from .telemetry import Environment, Invocation, process_age_ms
from .way_api import handle_api, handle_direct, is_api_event
from .way_events import handle_event, is_event
from .way_queue import handle_queue, is_queue_event

SERVICES = services_from(os.environ)
ENVIRONMENT = Environment(process_age_ms())


def _way(event: object):
    if not isinstance(event, dict):
        return handle_direct
    if is_api_event(event):
        return handle_api
    if is_queue_event(event):
        return handle_queue
    return handle_event if is_event(event) else handle_direct


def handler(event: object, context: object) -> dict:
    """
    API Gateway, SQS, EventBridge, S3, or a request by itself; each is answered in its own form, see the ways. Whatever
    happens, one line of metrics is logged.
    """
    invocation = Invocation(ENVIRONMENT, context.function_name, context.aws_request_id)
    try:
        return _way(event)(event, context.get_remaining_time_in_millis() / 1000, SERVICES, invocation)
    finally:
        invocation.report()
