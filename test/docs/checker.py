"""
Says whether command lines and texts of the documentation are right, with the tools' own code where there is some: the AWS
CLI's grammar from botocore's service models, the SAM CLI's own options, the templates' parameters, Python's and YAML's
parsers, the worker's. One JSON object a line in, one out: {"faults": [...], "output": text or null}.
"""

from __future__ import annotations

import ast
import contextlib
import io
import json
import os
import re
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "worker"))
os.environ |= {"SAM_CLI_TELEMETRY": "0", "AWS_DEFAULT_REGION": "us-east-1"}
LATEST_TEMPLATE = "infra/template.yaml"

# Of the AWS CLI itself; True: it takes a value.
GLOBAL_FLAGS = {
    "--output": True, "--query": True, "--profile": True, "--region": True, "--endpoint-url": True,
    "--cli-binary-format": True, "--cli-read-timeout": True, "--max-items": True, "--page-size": True,
    "--starting-token": True, "--no-cli-pager": False, "--no-paginate": False, "--no-sign-request": False,
}  # fmt: skip
# Operations that the CLI has and no service model knows: flags that take a value, flags that do not, positional arguments.
CUSTOM = {
    ("s3", "cp"): ({"--metadata", "--content-type", "--sse"}, {"--recursive", "--quiet"}, 2),
    ("s3", "ls"): (set(), {"--recursive"}, 1),
    ("s3", "rm"): (set(), {"--recursive"}, 1),
    ("logs", "tail"): ({"--since", "--format", "--filter-pattern"}, {"--follow"}, 1),
}
# Positional arguments of operations that write their answer into a file.
OUTFILES = {("lambda", "invoke"): 1}


# What the reader's account answers where a page goes on with it.
STACK = {
    "StackName": "shop",
    "Outputs": [
        {"OutputKey": "Target", "OutputValue": "shop-Checkout-1A2B:live"},
        {"OutputKey": "ControllerFunctionName", "OutputValue": "prewarm-Controller-1A2B"},
    ],
}
ANSWERS = {("cloudformation", "describe-stacks"): {"Stacks": [STACK]}}


class Fault(Exception):
    pass


# --- the AWS CLI -----------------------------------------------------------------------------------------------------


def _session():
    import botocore.session

    session = botocore.session.Session()
    session.set_credentials("test", "test")
    return session


def _flags(args: list[str], valued: set[str], bare: set[str]) -> tuple[dict[str, list[str]], list[str]]:
    given: dict[str, list[str]] = {}
    positional: list[str] = []
    name = None
    for arg in args:
        if arg.startswith("--"):
            flag, _, inline = arg.partition("=")
            if flag not in valued | bare:
                raise Fault(f"there is no {flag}; there are {', '.join(sorted(valued | bare))}")
            given[flag] = [inline] if inline else []
            name = flag if flag in valued and not inline else None
        elif name is None:
            positional.append(arg)
        else:
            given[name].append(arg)
    missing = [flag for flag in given if flag in valued and not given[flag]]
    if missing:
        raise Fault(f"{missing[0]} takes a value")
    return given, positional


def _typed(shape, values: list[str], name: str):
    """A flag's words as the value of its shape: JSON, the CLI's shorthand, or a plain word."""
    kind = shape.type_name
    joined = " ".join(values)
    if kind in ("structure", "map", "list") and joined[:1] in "[{":
        try:
            return json.loads(joined)
        except ValueError as error:
            raise Fault(f"{name}: is no JSON: {error}") from None
    if kind == "list":
        return [_typed(shape.member, [value], name) for value in values]
    if kind in ("structure", "map"):
        pairs = [pair.partition("=") for pair in joined.split(",")]
        if not all(equals for _, equals, _ in pairs):
            raise Fault(f"{name} = {joined}: neither JSON nor Name=value")
        if kind == "map":
            return {key: value for key, _, value in pairs}
        unknown = [key for key, _, _ in pairs if key not in shape.members]
        if unknown:
            raise Fault(f"{name}: {unknown[0]} is none of {', '.join(shape.members)}")
        return {key: _typed(shape.members[key], [value], name) for key, _, value in pairs}
    if len(values) != 1:
        raise Fault(f"{name}: takes one value")
    if kind in ("integer", "long"):
        # A word in capitals stands for a number of the reader's.
        return 1 if re.fullmatch(r"[A-Z]+", joined) else int(joined)
    if kind in ("float", "double"):
        return float(joined)
    if kind == "boolean":
        return joined == "true"
    if kind == "blob":
        return joined.encode()
    return joined


def _parameters(model, args: list[str], operation: tuple[str, str]) -> tuple[dict, str | None]:
    from botocore import xform_name

    members = model.input_shape.members if model.input_shape else {}
    flags = {f"--{xform_name(member, '-')}": member for member in members}
    switches = {flag for flag, member in flags.items() if members[member].type_name == "boolean"}
    valued = (flags.keys() - switches) | {flag for flag, value in GLOBAL_FLAGS.items() if value}
    bare = switches | {f"--no-{flag[2:]}" for flag in switches} | {flag for flag, value in GLOBAL_FLAGS.items() if not value}
    given, positional = _flags(args, valued, bare)
    if len(positional) != OUTFILES.get(operation, 0):
        raise Fault(f"words that belong to no flag: {' '.join(positional) or 'none, and a file is needed'}")
    answer = None
    if "--query" in given:
        import jmespath

        found = jmespath.search(" ".join(given["--query"]), ANSWERS.get(operation, {}))
        if operation in ANSWERS:
            answer = "\t".join(found) if isinstance(found, list) else str(found)
    parameters = {}
    for flag, values in given.items():
        if flag in flags:
            parameters[flags[flag]] = True if flag in switches else _typed(members[flags[flag]], values, flag)
    return parameters, answer


def check_aws(args: list[str], endpoint: str | None) -> str | None:
    """Checks one command line of the AWS CLI. With an endpoint that serves it, what it answers."""
    from botocore.exceptions import ClientError, UnknownServiceError
    from botocore.validate import ParamValidator

    while args and args[0] in GLOBAL_FLAGS:
        args = args[2 if GLOBAL_FLAGS[args[0]] else 1 :]
    if len(args) < 2:
        raise Fault("aws needs a service and an operation")
    service, operation, *rest = args
    if (service, operation) in CUSTOM:
        valued, bare, count = CUSTOM[service, operation]
        shared = {flag for flag, value in GLOBAL_FLAGS.items() if value}
        _, positional = _flags(rest, valued | shared, bare)
        if len(positional) != count:
            raise Fault(f"aws {service} {operation} takes {count} places, got {positional}")
        return None
    session = _session()
    try:
        models = session.get_service_model(service)
    except UnknownServiceError:
        raise Fault(f"aws has no service {service}") from None
    from botocore import xform_name

    names = {xform_name(name, "-"): name for name in models.operation_names}
    if operation not in names:
        raise Fault(f"aws {service} has no operation {operation}")
    model = models.operation_model(names[operation])
    parameters, answer = _parameters(model, rest, (service, operation))
    if model.input_shape:
        report = ParamValidator().validate(parameters, model.input_shape)
        if report.has_errors():
            raise Fault(report.generate_report())
    if endpoint is None or service not in ("application-autoscaling", "lambda", "cloudwatch"):
        return answer
    client = session.create_client(service, region_name="us-east-1", endpoint_url=endpoint)
    try:
        answer = client._make_api_call(model.name, parameters)
    except ClientError as error:
        if "UnknownOperation" in error.response["Error"]["Code"]:
            return None
        raise Fault(str(error)) from None
    answer.pop("ResponseMetadata", None)
    return json.dumps(answer, default=str)


# --- SAM, Pulumi, Docker ---------------------------------------------------------------------------------------------


def _template(path: Path) -> dict:
    from samcli.yamlhelper import yaml_parse

    return yaml_parse(path.read_text())


def check_template_parameters(template: str, given: dict[str, str]) -> None:
    """Against the parameters of a template of infra/: names, choices, patterns, bounds; and none without a default left out."""
    known = _template(ROOT / template)["Parameters"]
    faults = []
    for name, value in given.items():
        rule = known.get(name)
        if rule is None:
            faults.append(f"{template} has no parameter {name}")
            continue
        value = re.sub(r"sha256:(…|\.\.\.)$", "sha256:" + "0" * 64, value)
        words = value.split(",") if rule["Type"] == "CommaDelimitedList" else [value]
        for word in words:
            if "AllowedValues" in rule and word not in [str(allowed) for allowed in rule["AllowedValues"]]:
                faults.append(f"{name} = {word}: must be one of {rule['AllowedValues']}")
            if "AllowedPattern" in rule and not re.fullmatch(rule["AllowedPattern"], word):
                faults.append(f"{name} = {word}: does not match {rule['AllowedPattern']}")
            if rule["Type"] == "Number" and not (
                float(rule.get("MinValue", "-inf")) <= float(word) <= float(rule.get("MaxValue", "inf"))
            ):
                faults.append(f"{name} = {word}: out of bounds")
    if faults:
        raise Fault("; ".join(faults))


def check_sam(args: list[str]) -> None:
    """By the SAM CLI's own parser, and what is given as parameters by the template that was built last."""
    global LATEST_TEMPLATE
    from samcli.cli.main import cli

    before = os.getcwd()
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        for entry in ("infra", "worker", "samconfig.toml", "examples"):
            if (ROOT / entry).exists():
                os.symlink(ROOT / entry, Path(folder) / entry)
        built = Path(folder) / ".aws-sam" / "build" / "template.yaml"
        built.parent.mkdir(parents=True)
        built.write_text((ROOT / LATEST_TEMPLATE).read_text())
        os.chdir(folder)
        try:
            Path(folder, "parameters.yaml").write_text("Targets: checkout:live\n")
            words = [arg.replace("file://…", "file://parameters.yaml") for arg in args if arg != "…"]
            with cli.make_context("sam", words) as context:
                name, command, rest = cli.resolve_command(context, [*context.protected_args, *context.args])
                with command.make_context(name, rest, parent=context) as inner:
                    options = inner.params
        except SystemExit:
            raise Fault(f"sam {' '.join(args)} is refused") from None
        except Exception as error:
            raise Fault(f"sam {' '.join(args)}: {getattr(error, 'message', error)}") from None
        finally:
            os.chdir(before)
    source = options.get("template_file") or options.get("template") or ""
    if name in ("build", "validate") and "infra/" in source:
        LATEST_TEMPLATE = "infra/" + Path(source).name
    elif name == "build" and not any(arg in ("-t", "--template", "--template-file") for arg in args):
        LATEST_TEMPLATE = "infra/template.yaml"
    overrides = options.get("parameter_overrides") or {}
    check_template_parameters(LATEST_TEMPLATE, overrides)
    if name == "deploy" and not options.get("guided") and overrides and "…" not in args:
        required = [key for key, rule in _template(ROOT / LATEST_TEMPLATE)["Parameters"].items() if "Default" not in rule]
        missing = [key for key in required if key not in overrides]
        if missing:
            raise Fault(f"{LATEST_TEMPLATE} needs {', '.join(missing)}")


def check_pulumi(args: list[str], folder: str, settings: list[str]) -> None:
    import yaml

    project = Path(folder) / "Pulumi.yaml"
    if not project.exists():
        raise Fault(f"{folder} holds no Pulumi.yaml")
    known = yaml.safe_load(project.read_text()).get("config", {})
    words = [arg for arg in args if not arg.startswith("-")]
    if words[:2] == ["config", "set"]:
        if len(words) != 4:
            raise Fault("pulumi config set takes a key and a value")
        key = words[2].removeprefix("prewarm:")
        head, _, inner = key.partition(".")
        if head not in known and words[2] != "aws:region":
            raise Fault(f"Pulumi.yaml has no {key}; it has {', '.join(known)}")
        if inner and (head != "settings" or inner.split(".")[0] not in settings or "--path" not in args):
            raise Fault(f"{key}: is no setting, or --path is missing")
        return
    allowed = (["up"], ["preview"], ["destroy"], ["login"], ["stack", "init"], ["stack", "select"], ["stack", "output"])
    if not any(words[: len(start)] == start for start in allowed):
        raise Fault(f"pulumi {' '.join(args)} is not known here")


def check_docker(args: list[str], folder: str) -> None:
    if args[:1] != ["build"]:
        raise Fault(f"docker {args[:1]} is not known here")
    rest = args[1:]
    contexts, values = [], {"--build-arg": [], "-t": [], "--tag": [], "--platform": [], "-f": []}
    while rest:
        word = rest.pop(0)
        if word in values:
            values[word].append(rest.pop(0))
        elif word.startswith("-"):
            raise Fault(f"docker build {word} is not known here")
        else:
            contexts.append(word)
    dockerfiles = [Path(folder, context, "Dockerfile") for context in contexts]
    if len(dockerfiles) != 1 or not dockerfiles[0].exists():
        raise Fault(f"docker build needs one folder with a Dockerfile, got {contexts}")
    known = re.findall(r"^ARG\s+(\w+)", dockerfiles[0].read_text(), re.M)
    unknown = [value for value in values["--build-arg"] if value.split("=")[0] not in known]
    if unknown:
        raise Fault(f"the Dockerfile has no ARG {unknown[0]}")


# --- texts -----------------------------------------------------------------------------------------------------------


def check_text(language: str, text: str) -> None:
    try:
        if language == "python":
            ast.parse(text)
        elif language == "toml":
            tomllib.loads(text)
        else:
            from samcli.yamlhelper import yaml_parse

            yaml_parse(text)
    except Exception as error:
        raise Fault(f"is no {language}: {error}") from None


def check_worker_request(text: str) -> None:
    from analytics.errors import InvalidRequest
    from analytics.request import parse_json, parse_request

    try:
        parse_request(parse_json(text, "the example"))
    except InvalidRequest as error:
        raise Fault("; ".join(error.faults)) from None


CHECKS = {
    "aws": check_aws,
    "sam": check_sam,
    "pulumi": check_pulumi,
    "docker": check_docker,
    "text": check_text,
    "parameters": check_template_parameters,
    "worker-request": check_worker_request,
}

for line in sys.stdin:
    asked = json.loads(line)
    try:
        answer = {"faults": [], "output": CHECKS[asked["check"]](*asked["arguments"])}
    except Fault as fault:
        answer = {"faults": [str(fault)], "output": None}
    except Exception as error:
        answer = {"faults": [f"{type(error).__name__}: {error}"], "output": None}
    print(json.dumps(answer), flush=True)
