"""A SAM template as parsed and as CloudFormation would see it after its transforms, which run offline.

One JSON array a line in, [path, parameters]; one JSON object a line out, {"answer": ..., "error": text or null}.
"""

import json
import os
import sys
import traceback

os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")

from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse


class NoManagedPolicies:
    """The templates name none; asking AWS for the list would need credentials."""

    def load(self):
        return {}


def expanded(template: dict, parameters: dict) -> dict:
    """Without its loops. Only attach.yaml has some: the SAM CLI is slow to load."""
    if "AWS::LanguageExtensions" not in template["Transform"]:
        return template
    from samcli.lib.cfn_language_extensions.sam_integration import expand_language_extensions

    return expand_language_extensions(template, parameters, enabled=True).expanded_template


def read(path: str, parameters: dict) -> dict:
    with open(path, encoding="utf-8") as file:
        text = file.read()
    packaged = expanded(yaml_parse(text), parameters)
    for resource in packaged["Resources"].values():
        # `sam deploy` uploads local code and puts its address here.
        if "CodeUri" in resource.get("Properties", {}):
            resource["Properties"]["CodeUri"] = "s3://uploaded/code.zip"
    return {"source": yaml_parse(text), "transformed": transform(packaged, parameters, NoManagedPolicies())}


for line in sys.stdin:
    try:
        answer = {"answer": read(*json.loads(line)), "error": None}
    except Exception:
        answer = {"answer": None, "error": traceback.format_exc()}
    print(json.dumps(answer, default=str), flush=True)
