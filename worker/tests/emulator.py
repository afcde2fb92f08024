"""The handler as Lambda runs it: AWS's runtime interface client under AWS's runtime interface emulator."""

import json
import os
import platform
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

WORKER = Path(__file__).resolve().parent.parent
ARCHITECTURES = {"x86_64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}


def emulator_binary():
    """Ships inside aws-sam-cli."""
    import samcli

    return Path(samcli.__file__).parent / "local" / "rapid" / f"aws-lambda-rie-{ARCHITECTURES[platform.machine()]}"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Function:
    """A function with one execution environment, invoked over HTTP."""

    def __init__(self, **environment):
        self._port = free_port()
        self._log = tempfile.TemporaryFile("w+")
        # The emulator counts the start towards the first request's time.
        variables = {"AWS_LAMBDA_FUNCTION_NAME": "analytics", "AWS_LAMBDA_FUNCTION_TIMEOUT": "120", "OMP_NUM_THREADS": "1", **environment}
        self._process = subprocess.Popen(
            [
                emulator_binary(), "--runtime-interface-emulator-address", f"127.0.0.1:{self._port}",
                "--runtime-api-address", f"127.0.0.1:{free_port()}", sys.executable, "-m", "awslambdaric", "analytics.handler.handler",
            ],
            cwd=WORKER, env=os.environ | variables, stdout=self._log, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip

    def __enter__(self):
        self._wait()
        return self

    def __exit__(self, *_):
        self.stop()

    def _wait(self):
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", self._port), timeout=1).close()
                return
            except OSError:
                time.sleep(0.05)
        raise TimeoutError(self.log())

    def invoke(self, event):
        request = Request(f"http://127.0.0.1:{self._port}/2015-03-31/functions/function/invocations", json.dumps(event).encode())
        try:
            with urlopen(request, timeout=120) as answer:
                return json.loads(answer.read())
        except URLError as error:
            raise RuntimeError(self.log()) from error

    def log(self):
        self._log.seek(0)
        return self._log.read()

    def json_lines(self):
        return [json.loads(line) for line in self.log().splitlines() if line.startswith("{")]

    def stop(self):
        # The emulator ends its runtime with itself.
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()
