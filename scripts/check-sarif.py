#!/usr/bin/env python3
"""Validates what `check --format sarif` writes against the schema of SARIF 2.1.0.

    check-sarif.py BINARY SCHEMA [FOLDER...]      folders of pages; without, the samples and records of the repository

SCHEMA is a copy of https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json, which is not part of the
repository (it is OASIS's own). Needs the Python module jsonschema; without it the script says so and does nothing. Every folder is
checked as it is, with a baseline that knows half of the findings, and with rules that do not fail. Ends with 1 if one log is not valid.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    try:
        from jsonschema import Draft7Validator
    except ImportError:
        print("not checked: there is no Python module jsonschema")
        return
    binary, schema = Path(sys.argv[1]).resolve(), json.loads(Path(sys.argv[2]).read_text())
    assert "sarif" in (schema.get("$id") or schema.get("id") or "").lower(), "this is no schema of SARIF"
    validator = Draft7Validator(schema)
    # a log with a slip must not pass: else nothing is looked at
    assert not validator.is_valid({"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "x"}}, "results": [{"level": "bad"}]}]})
    wrong = 0
    with tempfile.TemporaryDirectory() as place:
        known = Path(place) / "known.jsonl"
        for folder in sys.argv[3:] or [HERE / "corpus-samples", HERE / "tests" / "records"]:
            subprocess.run([binary, "check", "-q", folder, "--write-baseline", known], stdout=subprocess.DEVNULL, check=False)
            lines = known.read_text().splitlines()
            known.write_text("\n".join(lines[: 1 + len(lines) // 2]) + "\n")
            for more in ([], ["--baseline", known], ["--fail-on", "repair/"], ["--lang", "zh"]):
                done = subprocess.run([binary, "check", "-q", folder, "--format", "sarif", *more], stdout=subprocess.PIPE, check=False)
                assert done.returncode in (0, 1, 3), f"exit {done.returncode}"
                log = json.loads(done.stdout)
                faults = list(validator.iter_errors(log))
                wrong += len(faults)
                print(f"{folder} {' '.join(map(str, more))}: {len(log['runs'][0]['results'])} results, {len(faults)} faults")
                for fault in faults[:5]:
                    print("  ", "/".join(map(str, fault.absolute_path)), fault.message[:200])
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
