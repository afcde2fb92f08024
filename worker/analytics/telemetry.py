"""What the worker says about itself: JSON lines, and metrics in CloudWatch's embedded metric format."""

from __future__ import annotations

import json
import os
import time
from datetime import UTC, datetime

NAMESPACE = "Prewarm/Worker"
UNITS = {"DurationMs": "Milliseconds", "InitMs": "Milliseconds", "ColdStart": "Count", "OnDemand": "Count", "Succeeded": "Count", "Failed": "Count"}


def process_age_ms() -> float:
    """How long ago the runtime's process began: the interpreter's start, the client's and all imports."""
    try:
        with open("/proc/self/stat", encoding="ascii") as file:
            # Field 22, counted behind the command's name, which may hold anything.
            ticks = int(file.read().rpartition(")")[2].split()[19])
    except FileNotFoundError:
        # Not Linux, so not Lambda either: the processor's time will do.
        return time.process_time() * 1000
    return (time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")) * 1000


def log(level: str, message: str, **fields: object) -> None:
    stamp = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    print(json.dumps({"timestamp": stamp, "level": level, "message": message, **fields}, default=str), flush=True)


class Environment:
    """One execution environment: how it came to be, and whether it has served before."""

    def __init__(self, init_ms: float):
        self.init_ms = init_ms
        self.initialization_type = os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand")
        self._fresh = True

    def begin(self) -> bool:
        """True for the first request. A caller waited for the start only if the environment was made on demand."""
        fresh, self._fresh = self._fresh, False
        return fresh


class Invocation:
    """Counts one invocation's jobs and reports them once, whatever becomes of it."""

    def __init__(self, environment: Environment, function_name: str, aws_request_id: str):
        self.aws_request_id = aws_request_id
        self._started = time.perf_counter()
        self._environment = environment
        self._function_name = function_name
        self._fresh = environment.begin()
        self.succeeded = 0
        self.failed = 0

    def report(self) -> None:
        on_demand = self._environment.initialization_type == "on-demand"
        cold = self._fresh and on_demand
        values = {
            "DurationMs": round((time.perf_counter() - self._started) * 1000, 1),
            "ColdStart": int(cold),
            "OnDemand": int(on_demand),
            "Succeeded": self.succeeded,
            "Failed": self.failed,
        }
        if cold:
            values["InitMs"] = round(self._environment.init_ms, 1)
        metrics = [{"Name": name, "Unit": UNITS[name]} for name in values]
        document = {
            "_aws": {
                "Timestamp": int(time.time() * 1000),
                "CloudWatchMetrics": [{"Namespace": NAMESPACE, "Dimensions": [["FunctionName"]], "Metrics": metrics}],
            },
            "FunctionName": self._function_name,
            "initializationType": self._environment.initialization_type,
            "initMs": round(self._environment.init_ms, 1),
            **values,
        }
        print(json.dumps(document), flush=True)
